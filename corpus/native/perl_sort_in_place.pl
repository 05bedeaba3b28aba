# SPDX-License-Identifier: Apache-2.0

# Perl 5.42: an array that is sorted in place cannot be sorted again by a DESTROY that its comparison
# runs: that dies, and what it leaves behind crashes.
#
#     perl perl_sort_in_place.pl        exits 1 or crashes where the bug is present
#
# Ouroboros found it with the kinds of `perl?kinds`.

my @array = (bless([]), 2, 3);
sub DESTROY { eval { @array = sort { $a <=> $b } @array } }

eval { @array = sort { $a = 1; 0 } @array };
print "no bug\n";
