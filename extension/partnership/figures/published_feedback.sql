-- Published: what families said of the support, by what it was about.
select early_help.define_published_table('feedback',
    'Published feedback: whether support was timely, helpful and empowering, and how many answered, by what it was about. Figures that could disclose somebody are hidden.',
    array['about'],
    array[
        'feedback_requests', 'feedback_requests_answered', 'feedback_requests_open',
        'timely_answers', 'feedback_timely', 'feedback_not_timely',
        'helpful_answers', 'feedback_helpful', 'feedback_not_helpful',
        'empowered_answers', 'feedback_empowered', 'feedback_not_empowered'],
    array[
        'feedback_requests = feedback_requests_answered + feedback_requests_open',
        'timely_answers = feedback_timely + feedback_not_timely',
        'helpful_answers = feedback_helpful + feedback_not_helpful',
        'empowered_answers = feedback_empowered + feedback_not_empowered'],
    array[
        'feedback_response_rate = feedback_requests_answered / feedback_requests',
        'feedback_timely_rate = feedback_timely / timely_answers',
        'feedback_helpful_rate = feedback_helpful / helpful_answers',
        'feedback_empowered_rate = feedback_empowered / empowered_answers'],
    '{
        "about": "episode, or group: group work.",
        "feedback_requests": "Requests for feedback made in the period.",
        "feedback_requests_answered": "Of the requests, those answered so far.",
        "feedback_requests_open": "Of the requests, those not answered so far.",
        "timely_answers": "Answers to whether support was timely, given in the period.",
        "feedback_timely": "Of those answers, yes.",
        "feedback_not_timely": "Of those answers, no.",
        "helpful_answers": "Answers to whether support was helpful, given in the period.",
        "feedback_helpful": "Of those answers, yes.",
        "feedback_not_helpful": "Of those answers, no.",
        "empowered_answers": "Answers to whether support empowered the family to meet its own needs, given in the period.",
        "feedback_empowered": "Of those answers, yes.",
        "feedback_not_empowered": "Of those answers, no.",
        "feedback_response_rate": "Percentage of requests answered.",
        "feedback_timely_rate": "Percentage of answers that support was timely.",
        "feedback_helpful_rate": "Percentage of answers that support was helpful.",
        "feedback_empowered_rate": "Percentage of answers that support empowered the family."
    }',
    $$
    select
        month,
        about,
        requests as feedback_requests,
        requests_answered as feedback_requests_answered,
        requests - requests_answered as feedback_requests_open,
        timely_answers,
        timely as feedback_timely,
        timely_answers - timely as feedback_not_timely,
        helpful_answers,
        helpful as feedback_helpful,
        helpful_answers - helpful as feedback_not_helpful,
        empowered_answers,
        empowered as feedback_empowered,
        empowered_answers - empowered as feedback_not_empowered
    from only feedback
    union all
    select null, about, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    from (values ('episode'), ('group')) as a (about)
    $$);
