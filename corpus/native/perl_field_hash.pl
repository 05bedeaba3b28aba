# SPDX-License-Identifier: Apache-2.0

# Perl 5.36 and 5.42: a leak. A field hash (Hash::Util::FieldHash) that nothing references lives on, with its
# values, as long as an object that was a key of it.
#
#     perl perl_field_hash.pl                   exits 1 where the bug is present
#     perl perl_field_hash.pl control           the same with a plain hash: passes
#
# No report found. Found by experiments with maps.

use strict;
use warnings;
use Hash::Util::FieldHash qw(fieldhash);
use Scalar::Util qw(weaken);

my $key = bless {}, 'Key';
my $weak;
{
    my %map;
    fieldhash %map unless @ARGV;
    $map{$key} = {};
    weaken($weak = \%map);
}
print "$^V ", defined $weak ? "FAILS: the map lives, with " . keys(%$weak) . " entry\n" : "passes\n";
exit(defined $weak ? 1 : 0);
