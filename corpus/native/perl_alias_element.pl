# SPDX-License-Identifier: Apache-2.0

# Perl 5.42: an alias takes the place of an array's element after that is freed, not before. What
# its DESTROY sees in the array is the freed scalar.
#
#     perl perl_alias_element.pl        exits 1 or crashes where the bug is present
#
# Ouroboros found it with the kinds of `perl?kinds`.

use feature 'refaliasing';
no warnings;

my @array = (bless []);
sub DESTROY { undef $array[0]; my @others = map { [] } 1 .. 9; \local $array[0] = \my $other }

my $value = 1;
\$array[0] = \$value;
print "no bug\n";
