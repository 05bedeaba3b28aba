# SPDX-License-Identifier: Apache-2.0

# Perl 5.42: `undef &f` frees what f has closed over while f still has it. If a DESTROY in there does
# the same, it is freed twice.
#
#     perl perl_undef_sub.pl        exits 1 or crashes where the bug is present
#
# Ouroboros found it with the kinds of `perl?kinds`.

my $f = do { my $x = bless []; sub { $x } };
sub DESTROY { undef &$f }

undef &$f;
print "no bug\n";
