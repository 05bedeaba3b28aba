# SPDX-License-Identifier: Apache-2.0

# Perl 5.36.0, 5.40.1, 5.42.3: a restricted hash that is cleared frees its values while it has them.
# A DESTROY that runs then gets a reference to one, which is freed again with that reference.
#
#     perl perl_locked_hash.pl        crashes where the bug is present
#     perl perl_locked_hash.pl open   the same of a hash that is not restricted: passes
#
# Ouroboros found it with the kinds of `perl?kinds`.

use Hash::Util qw(lock_keys unlock_keys);
my %hash;
my @kept;
sub DESTROY { push @kept, \$hash{v} }

for (1 .. 100) {
    %hash = (v => bless([]));
    lock_keys(%hash) unless "@ARGV" eq 'open';
    %hash = ();
    unlock_keys(%hash);
}
my @more = map { [$_] } 1 .. 1000;
@kept = ();
@more = map { [$_] } 1 .. 1000;
print "no bug\n";
