# SPDX-License-Identifier: Apache-2.0

# Perl 5.42, a leak: an array that is emptied frees its elements, and then forgets what a DESTROY
# has put into it meanwhile: `@a = ()`, `undef @a` and `$#a = -1` alike. After the latter two it is
# also freed twice ("Attempt to free unreferenced scalar").
#
#     perl perl_refill_array.pl        exits 1 where the bug is present
#
# Ouroboros found it with the kind `array` of `perl?kinds`.

use strict;
use warnings;
use Scalar::Util 'weaken';

my ($kept, @a);
sub Node::DESTROY { @a = ($kept) if $kept }

@a = (bless [], 'Node');
$kept = {};
weaken(my $weak = $kept);
@a = ();
undef $kept;
print @a ? "it is in the array\n" : $weak ? "it is nowhere, and alive\n" : "it is dead\n";
exit(!@a && $weak ? 1 : 0);
