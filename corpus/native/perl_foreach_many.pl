# SPDX-License-Identifier: Apache-2.0

# Perl 5.36 (repaired by https://github.com/Perl/perl5/pull/24034): a loop with several variables
# keeps all but one of the last values alive, until it runs again.
#
#     perl perl_foreach_many.pl        exits 1 where the bug is present
#
# Ouroboros found it with the kinds of `perl?kinds`.

no warnings;

my $freed = 0;
sub DESTROY { ++$freed }

for my ($first, $second) (bless([]), bless([])) { }
print $freed == 2 ? "no bug\n" : "freed: $freed of 2\n";
exit($freed != 2);
