# SPDX-License-Identifier: Apache-2.0

# Perl 5.42: a file in memory frees its scalar while it is closed but still open to others. If a
# DESTROY in there closes it, it is freed twice.
#
#     perl perl_close_twice.pl        exits 1 or crashes where the bug is present
#
# Ouroboros found it with the kinds of `perl?kinds`.

my $file;
sub DESTROY { close $file }

{
    my $text = bless [];
    open $file, '<', \$text;
}
close $file;
print "no bug\n";
