-- Published figures. A figure is a count and where it stands: its value of each
-- dimension, none for a total. Tables that share a dimension share figures, so
-- all tables of a publication are one system of equations; with the months
-- behind them, all publications of overlapping periods are one. What is hidden
-- is decided in extension/src/publish/disclosure.c.

create function early_help_internal.protect_figures(
    value integer[],
    low integer[],
    high integer[],
    price integer[],
    publicity integer[],
    equation integer[],
    figure integer[],
    sign integer[],
    withhold boolean
)
    returns integer[]
    language c
    immutable
    strict
    parallel safe
as 'MODULE_PATHNAME', 'early_help_protect_figures';
comment on function early_help_internal.protect_figures is
    'Decides which figures to hide. A figure has its value, the least and the most it could be if it is hidden, the price of '
    'hiding it, and its publicity (0 never published, 1 shown before, 2 hidden before, 3 hidden anyway, 4 to be hidden, 5 to be '
    'decided, 6 small and never published). A member of an equation has the numbers of the equation and of the figure, from 1, '
    'and its sign; everybody knows the signed sum of an equation. Returns one decision per figure: 0 show, 1 hide, 2 hide '
    'without proof, 3 withhold, 4 earlier publications give it away. Error 22023.';
