# The wings of extension/src include only what stands below them: no arrow goes
# up, nothing goes round in a circle, and no file is too long to be read at once.
use strict;
use warnings;
use Test::More;

my $root = 'extension/src';
my $most_lines = 600;

# What a wing may include beside itself. A new wing gets a line here.
my %may = (
	base => '',
	types => 'base',
	continuum => 'types',
	guard => 'base',
	family => 'base',
	episode => 'family continuum types base',
	support => 'episode family types base',
	figures => 'base',
	publish => 'base',
	partnership => 'base',
);

# A circle in a graph of name => [names], as words; nothing if there is none.
sub circle
{
	my ($of) = @_;
	my (%state, @path);
	my $walk;
	$walk = sub {
		my ($node) = @_;
		return if ($state{$node} // '') eq 'done';
		if (($state{$node} // '') eq 'open')
		{
			shift @path while $path[0] ne $node;
			return join ' -> ', @path, $node;
		}
		$state{$node} = 'open';
		push @path, $node;
		for my $next (sort @{ $of->{$node} // [] })
		{
			my $found = $walk->($next);
			return $found if $found;
		}
		pop @path;
		$state{$node} = 'done';
		return;
	};
	for my $node (sort keys %$of)
	{
		my $found = $walk->($node);
		return $found if $found;
	}
	return;
}

# What is wrong with a tree of C: its files are path => text.
sub complaints
{
	my ($file) = @_;
	my (@wrong, %includes);

	for my $path (sort keys %$file)
	{
		my ($wing) = $path =~ m{^([^/]+)/};
		my $lines = () = $file->{$path} =~ /\n/g;
		push @wrong, "$path has $lines lines, more than $most_lines" if $lines > $most_lines;
		next if !defined $wing;
		if (!exists $may{$wing})
		{
			push @wrong, "$path is in no wing that this test knows";
			next;
		}
		while ($file->{$path} =~ m{^\s*#\s*include\s+"([^"]+)"}mg)
		{
			my $header = $1;
			push @wrong, "$path includes \"$header\" without its wing" if exists $file->{"$wing/$header"};
			next if !exists $file->{$header};
			my ($below) = $header =~ m{^([^/]+)/};
			push @wrong, "$path includes $header: $wing -> $below is not allowed"
			  if $below ne $wing && !grep { $_ eq $below } split ' ', $may{$wing};
			push @{ $includes{$path} }, $header;
		}
	}
	my $circle = circle(\%includes);
	push @wrong, "a circle: $circle" if $circle;
	return @wrong;
}

my %tree;
for my $path (glob "$root/*.[ch] $root/*/*.[ch] $root/*/*/*.[ch]")
{
	open my $handle, '<', $path or die "$path: $!";
	local $/;
	$tree{ $path =~ s{^\Q$root\E/}{}r } = <$handle>;
}

is(circle({ map { $_ => [ split ' ', $may{$_} ] } keys %may }), undef, 'what wings may include goes round in no circle');
cmp_ok(scalar(grep { m{/} } keys %tree), '>', 50, 'the files are found');
is_deeply([ complaints(\%tree) ], [], 'wings include only what stands below them');

# Each complaint is made of a tree that deserves it.
my %good = ('base/a.h' => '', 'family/f.h' => '', 'family/f.c' => qq{#include "base/a.h"\n#include "family/f.h"\n});
is_deeply([ complaints(\%good) ], [], 'a small tree in order');
for my $case (
	[ 'an arrow up', { 'base/b.c' => qq{#include "family/f.h"\n} }, qr/base -> family is not allowed/ ],
	[ 'an arrow sideways', { 'figures/b.c' => qq{# include "family/f.h"\n} }, qr/figures -> family is not allowed/ ],
	[ 'a circle', { 'family/f.h' => qq{#include "family/g.h"\n}, 'family/g.h' => qq{#include "family/f.h"\n} },
		qr{a circle: family/f.h -> family/g.h -> family/f.h} ],
	[ 'a file too long', { 'base/a.c' => "\n" x ($most_lines + 1) }, qr/601 lines/ ],
	[ 'an unknown wing', { 'attic/a.c' => '' }, qr/no wing/ ],
	[ 'a folder in a wing', { 'base/deep/a.c' => qq{#include "family/f.h"\n} }, qr/base -> family is not allowed/ ],
	[ 'a header without its wing', { 'family/h.c' => qq{#include "f.h"\n} }, qr/without its wing/ ])
{
	my ($what, $files, $words) = @$case;
	my @wrong = complaints({ %good, %$files });
	is(scalar @wrong, 1, "$what: one complaint");
	like($wrong[0], $words, "$what is found");
}
done_testing();
