# SPDX-License-Identifier: Apache-2.0

# Perl 5.42: double free. Closing a handle with a layer PerlIO::via frees the layer's object while
# the handle still has it; the object's DESTROY closes the handle again.
#
#     perl perl_via_close.pl        exits 1 or crashes where the bug is present
#
# Ouroboros found it with the kind `handle-via` of `perl?kinds`.

package Inner;
sub DESTROY { close $main::file if $main::file }

package Layer;
sub PUSHED { bless [bless [], 'Inner'] }
sub FILL { undef }

package main;

open our $file, '<:via(Layer)', '/dev/null' or die "open: $!";
close $file;
print "no bug\n";
