# Kinds of Perl: slots, objects and registers that are held as kinds_table.pl, in front of this,
# says. Reads its lines and compiles their snippets.
#
# Place: embedded in perl.cc, which calls the subs. It judges nothing, and keeps no reference.

use strict;
use warnings;
use feature qw(state current_sub refaliasing signatures fc);
use builtin qw(weaken unweaken);
use Symbol ();
use List::Util qw(reduce first uniq shuffle pairs pairmap);
use Sub::Util qw(set_prototype);
use Hash::Util::FieldHash qw(fieldhash idhash register id id_2obj);
no strict;
no warnings;

our ($got, @o);
my @lexical;

# ---- Helpers of snippets ------------------------------------------------------------------------

# A glob that no package has.
sub gensym { Symbol::gensym() }

# A package's table, which no other table has; with `keep` still, and its name, until `drop`.
my $packages = 0;
sub stash {
  my $name = 'Ouro::P' . $packages++;
  my $stash = \%{"$name\::"};
  return ($stash, $name) if @_;
  drop($name);
  return $stash;
}
sub drop { my ($last) = $_[0] =~ /(\w+)$/; delete $Ouro::{"$last\::"} }

# The glob of that name in a package's table; a new one, if there is none.
sub glob_of {
  my ($stash, $name) = @_;
  if (ref \$stash->{$name} ne 'GLOB') {
    my $glob = gensym();
    $stash->{$name} = *$glob;
  }
  return \$stash->{$name};
}

# The content of a scalar that only the other part of a pair holds.
sub seen { my ($h) = @_; $h->[1] ? ${$h->[1]} : undef }

# The content of a scalar that is tied to it.
sub itself { my $o = tied $_[0]; ref $o eq 'Ouro::Tied' ? $o->[0] : $o }

# What the filter of a database says.
sub filtered { local $got; $_[0]->FETCH(1); $got }

# What the code in a pattern says. Perl keeps the last pattern whose code it ran: another one then.
my $no_code = qr/(?{ 1 })/;
sub matched {
  local $got;
  my @found;
  for my $pattern ($_[0], $no_code) { push @found, $got if '' =~ $pattern }
  return $found[0];
}

sub kept { my ($k, $x) = @_; state @kept; $kept[$k] = $x if @_ > 1; $kept[$k] }

package Ouro::Tied {
  sub TIESCALAR { bless [$_[1]] }
  sub TIEARRAY { bless [$_[1]] }
  sub TIEHASH { bless [$_[1]] }
  sub TIEHANDLE { bless [$_[1]] }
  sub FETCH { $_[0][0] }
  sub STORE { $_[0][0] = $_[-1] }
  sub READLINE { $_[0][0] }
  sub PRINT { 1 }
  sub EOF { 1 }
  sub CLOSE { 1 }
  sub FETCHSIZE { 1 }
  sub STORESIZE { }
  sub EXTEND { }
  sub SHIFT { my $v = $_[0][0]; $_[0][0] = undef; $v }
  sub CLEAR { $_[0][0] = undef }
  sub DELETE { my $v = $_[0][0]; $_[0][0] = undef; $v }
  sub EXISTS { 1 }
  sub FIRSTKEY { 'v' }
  sub NEXTKEY { undef }
}

# A scalar that is tied to its content itself; to an array around that, if it is no object.
package Ouro::Itself {
  sub TIESCALAR { builtin::blessed($_[1]) ? $_[1] : bless [$_[1]], 'Ouro::Tied' }
}

# A layer of a file; Perl keeps the object that PUSHED returns.
package Ouro::Via {
  sub PUSHED { my $v = $Ouro::got; $Ouro::got = bless \$v }
  sub FILL { undef }
}

package Ouro::Overload {
  use overload '${}' => sub { $_[0]{v} }, '&{}' => sub { my $v = $_[0]{v}; sub { $$v } },
    '""' => sub { 'text' };
}

# ---- The table ----------------------------------------------------------------------------------

sub body { my ($text, $names, $end) = @_; "sub { my ($names) = \@_; $text$end }" }

# What the adapter has of a kind: place, line of the listing, subs (undef where there is none), and
# the texts of the same, for notes.
sub read_kind {
  my ($place, $row) = @_;
  $row =~ s/\n +/ /g;
  $row =~ s/::::/:: ::/g;
  my ($name, $make, $get, $put, $take, $acts, $more) = map { s/^\s+|\s+$//gr } split / ::(?= |$)/, $row;
  my @acts = split / *;; */, $acts // '';
  my $slot = $place eq 'node';
  my @texts = ($make, $get, $slot ? () : ($put, $take, @acts));
  my @bodies = (body($make, '$x, $k', ''), body($slot ? "\\($get)" : $get, $slot ? '$n, $k'
    : '$h, $k', ''));
  push @bodies, map { length($_ // '') ? body($_, '$h, $x, $k', '; return') : 'undef' }
    ($slot ? () : ($put, $take, @acts));
  my @subs = map { my $sub = eval $_; die "$name: $_: $@" if $@; $sub } @bodies;
  my $words = $place . ($slot && $put ? " $put" : '') . (@acts ? ' pokes=' . @acts : '')
    . ($more ? " $more" : '');
  return ["$name $words", \@subs, \@texts];
}

sub rows {
  my ($place, $text) = @_;
  my @kinds;
  for my $row (split /\n(?! )/, $text) {
    my $kind = eval { read_kind($place, $row) };
    $kind ? push @kinds, $kind : print STDERR $@;
  }
  return @kinds;
}

our @KINDS = (rows('edge', $EDGES), rows('node', $NODES), rows('root', $ROOTS));
