# SPDX-License-Identifier: Apache-2.0

# A kind is a way in which Perl holds a reference, or makes an object: a name and snippets of Perl.
#
# Place: the table of kinds.pl, in front of which it is pasted. To add a kind, add a line, with
# ` :: ` between the columns; those at the end may be left out. Lines that begin with blanks
# continue the one before.
#
#   $EDGES   name :: make :: get :: put :: take :: action ;; action ;; ... :: words
#   $ROOTS   the same: how a register holds its content
#   $NODES   name :: make :: slot :: words
#
# No two kinds have the same name. ` :::: ` is an empty column; `get` is always needed. Of the words
# of docs/kinds.md Perl, which never collects, needs only `leaks=` and `crashes=`. Subs and packages
# that snippets need are in kinds.pl, under "Helpers of snippets".
#
# Variables in snippets: $x is the content, a reference to it: to a blessed node, to a scalar that
# is a leaf or a weak reference; a holder must take all three. $h is the holder, the value of `make`
# (its last expression); $n a node; $k the number of a slot of it, or of a root its register.
# Without `put` a holder is never refilled, without `take` never emptied: another is made then.
# `slot` is an expression that can be assigned to. Each snippet is the body of a sub, so its
# variables do not outlive it. A kind that does not compile in the running Perl is left out.
#
# Perl only counts references: a snippet must make no cycle. A holder that gives nothing back by
# itself is a pair, [holder, weak reference to the scalar that it holds]: `seen` reads it. Perl does
# not count the references of its stack either: an action that frees what is on it, the arguments
# of a sub or the list of a map, crashes sooner or later. Those are in the kind unsafe-array.

our $EDGES = <<'END';
scalar :: \(my $v = $x) :: $$h :: $$h = $x :: undef $$h :: my $w = $$h; undef $$h; $$h = $w ;;
  local $_ = $$h; $_ = 1 ;; ($$h, my $w) = (1, $$h); $$h = $w ;; $$h .= '' ;; $$h = \$$h; $$h = 1 ;;
  weaken(my $w = $$h); undef $$h; $$h = $w ;; ($$h) = ($$h, $$h) ;; $$h = $$h
scalar-of-scalar :: \\(my $v = $x) :: $$$h :: $$$h = $x :: undef $$$h :: my $w = $$h; $$h = \(my $v
  = $$w) ;; $$h = \$$$h
scalar-string :: my $v = 'a' x 99; $v .= 'b'; $v = $x; \$v :: $$h :: $$h = $x :: $$h = 'text' ::
  my $s = "$$h" ;; my $w = $$h; $$h = "$w"; $$h = $w
scalar-magic :: my $v = 'abc'; pos($v) = 1; $v = $x; \$v :: $$h :: $$h = $x :: undef $$h ::
  my $w = $$h; $$h = 'abc'; pos($$h) = 2; $$h = $w ;; pos($$h) = 1; "$$h" =~ /\Ga/g ;;
  $$h =~ /a/g ;; study $$h
scalar-readonly :: my $v = $x; Internals::SvREADONLY($v, 1); \$v :: $$h ::
  Internals::SvREADONLY($$h, 0); $$h = $x; Internals::SvREADONLY($$h, 1) ::
  Internals::SvREADONLY($$h, 0); undef $$h :: $$h = 1 ;; local $$h = 1
scalar-weakened :: my $v = $x; weaken($v); unweaken($v); \$v :: $$h ::
  $$h = $x; weaken($$h); unweaken($$h) :: undef $$h ::
  my $w = $$h; weaken($$h); unweaken($$h) ;; my @w = ($$h) x 20; weaken($_) for @w
scalar-from-weak :: weaken(my $w = $x); my $v = $w; \$v :: $$h :: weaken(my $w = $x); $$h = $w ::
  undef $$h :: my $w = \$$h; weaken($w); undef $w
scalar-aliased :: \my $v = \(my $w = $x); [\$v, \$w] :: ${$h->[0]} :: ${$h->[1]} = $x ::
  undef ${$h->[0]} :: \my $v = $h->[0]; \$v = \(my $t = 1) ;; my $v; \$v = $h->[1]; $v = 1
scalar-glob-copy :: my $v = *{gensym()}; *$v = \$x; \$v :: ${*$$h} :: *$$h = \$x ::
  *$$h = \undef :: undef *$$h ;; my $w = $$h; $$h = 1; $$h = $w
array :: [$x] :: $h->[0] :: @$h = ($x) :: @$h = () :: push @$h, shift @$h ;;
  @$h = (@$h) x 3 ;; @$h = reverse @$h ;; @$h = sort { 0 } @$h ;; @$h = map { $_ } @$h ;;
  my ($v) = splice @$h, 0, 1, 1; $h->[0] = $v ;; local $h->[0] ;; local $h->[0] = 1 ;;
  delete local $h->[0] ;; for my $v (@$h) { @$h = () } ;; unshift @$h, 1, 2; splice
  @$h, 0, 2 ;; @$h = grep { $_ } @$h ;; $_ = 1 for @$h ;; @$h[0, 1] = @$h[1, 0];
  @$h[0, 1] = @$h[1, 0] ;; my @w = delete @$h[0 .. $#$h]; @$h = @w ;; while (my ($i, $v) = each @$h) { $v = 1 } ;; my ($a, @w) = @$h; ($h->[0]) = ($a)
array-sparse :: my @a; $a[40] = $x; \@a :: $h->[40] :: $h->[40] = $x :: $#$h = 39 :: $#$h = 90 ;;
  splice @$h, 0, 40, (1) x 40 ;; my $v = pop @$h; push @$h, $v ;; delete $h->[40]
array-shifted :: my @a = (1, 2, $x); shift @a; shift @a; \@a :: $h->[0] :: $h->[0] = $x ::
  shift @$h :: unshift @$h, 1; shift @$h ;; push @$h, (1) x 40 ;; unshift @$h, (1) x 40; splice
  @$h, 0, 40
array-nested :: [[$x]] :: $h->[0][0] :: $h->[0][0] = $x :: $h->[0] = [] :: $h->[0] = [@{$h->[0]}] ;; local $h->[0][0] ;; delete local $h->[0] ;;
  my $v = $h->[0]; local $h->[0]; undef $h->[0]; 
array-arguments :: (sub { \@_ })->($x) :: $h->[0] :: $h->[0] = $x :: shift @$h :: push @$h, 1 ;;
  unshift @$h, shift @$h ;; &{sub { @_ = () }} for $h ;; (sub { goto &{$_[1]} })->(@$h, sub { 1 })
array-reified :: (sub { push @_, shift; \@_ })->(my $v = $x) :: $h->[0] :: $h->[0] = $x ::
  @$h = () :: (sub { @_ = @$h; shift })->(1) ;; (sub { local *_ = $h; shift })->(2)
array-isa :: my $s = stash(); my $g = glob_of($s, 'ISA'); *$g = [$x]; *$g{ARRAY} :: $h->[0] ::
  $h->[0] = $x :: undef $h->[0] :: push @$h, 'Ouro::None' ;; local $h->[0] = 'Ouro::None' ;;
  @$h = (@$h) ;; pop @$h
array-aliasing :: my @a; \$a[0] = \$x; \@a :: $h->[0] :::: :: \my $v = \$h->[0] ;;
  \$h->[$_] = \$h->[0] for 1 .. 3
element :: my @a = ($x); \$a[0] :: $$h :: $$h = $x :: undef $$h :: my @a; ($a[3], my $w) = ($$h, $$h)
element-deferred :: my @a; my $r = (sub { \$_[0] })->($a[7]); $$r = $x; $r :: $$h :: $$h = $x ::
  undef $$h :: local $_ = $$h
element-hash-deferred :: my %h; my $r = (sub { \$_[0] })->($h{v}); $$r = $x; $r :: $$h ::
  $$h = $x :: undef $$h :: $$h = $$h
element-foreach-deferred :: my %h; my $r; for ($h{v}) { $r = \$_ } $$r = $x; $r :: $$h ::
  $$h = $x :: undef $$h :: for ($$h) { my $v = $_; $_ = 1; $_ = $v }
hash :: {v => $x} :: $h->{v} :: $h->{v} = $x :: delete $h->{v} :: local $h->{v} ;;
  local $h->{v} = 1 ;; delete local $h->{v} ;; %$h = %$h ;; %$h = (%$h, w => 1) ;; my %w =
  reverse %$h ;; $h->{$_} = 1 for 1 .. 200 ;; delete $h->{$_} for 1 .. 200 ;; my ($v) = delete
  @$h{v}; $h->{v} = $v ;; keys(%$h) = 500 ;; undef %$h ;; my @w = %$h; $w[1] = 1 ;; local @$h{v, w}
  = (1, 2) ;; $_ = 1 for values %$h ;; my %w = %$h; @$h{keys %w}
  = values %w ;; delete %$h{v} ;; each %$h; %$h = %$h ;; local ($h->{v}) = ($h->{v})
hash-crowded :: my %h = map { $_ => $_ } 1 .. 60; $h{v} = $x; delete @h{1 .. 60}; \%h :: $h->{v} ::
  $h->{v} = $x :: delete $h->{v} :: $h->{$_} = [] for 1 .. 300 ;; %$h = map { $_ => $h->{$_} }
  keys %$h
hash-iterated :: my %h = (v => $x); each %h; \%h :: $h->{v} :: $h->{v} = $x; keys %$h; each %$h ::
  delete $h->{v} :: each %$h ;; my $v = delete $h->{v}; $h->{v} = $v; each %$h ;; my ($a, $b) =
  each %$h; delete $h->{v}; $h->{v} = $b ;; each %$h; %$h = () ;; while (my ($a, $b) = each %$h) {
  delete $h->{$a}; $h->{v} = $b if $b; last } ;; my @w = each %$h; undef %$h ;; local $h->{v}; each
  %$h
hash-restricted :: my %h = (v => $x, w => 1); Internals::hv_clear_placeholders(%h);
  Internals::SvREADONLY(%h, 1); \%h :: $h->{v} :: $h->{v} = $x :: delete $h->{v} :: delete
  $h->{w} ;; $h->{other} = 1 ;; Internals::SvREADONLY(%$h, 0); $h->{u} = 1;
  Internals::SvREADONLY(%$h, 1) ;; my $v = delete $h->{v}; Internals::hv_clear_placeholders(%$h) ;;
  local $h->{v}
hash-slice :: my %h; @h{1, 2, 3} = (1, $x, 3); \%h :: $h->{2} :: @$h{1, 2} = (1, $x) ::
  delete @$h{1, 2} :: my %w = %$h{1, 2}; %$h = %w ;; my ($a, $b) = delete @$h{1, 2}; @$h{1, 2} =
  ($a, $b) ;; delete local @$h{1, 2, 3}
hash-value :: my %h = (v => $x); \$h{v} :: $$h :: $$h = $x :: undef $$h :: my %w = (v => $h)
hash-aliasing :: my %h; \$h{v} = \$x; \%h :: $h->{v} :::: :: \$h->{w} = \$h->{v}
hash-shared-keys :: my $h = bless {a => 1}, 'Ouro::Box'; $h->{v} = $x; $h :: $h->{v} ::
  $h->{v} = $x :: delete $h->{v} :: bless $h, 'Ouro::Other'; bless $h, 'Ouro::Box' ;;
  $h->{"\x{263a}"} = $h->{v}
hash-field :: fieldhash my %f; my $o = []; $f{$o} = $x; [\%f, $o] :: $h->[0]{$h->[1]} ::
  $h->[0]{$h->[1]} = $x :: delete $h->[0]{$h->[1]} :: my $v = $h->[0]{$h->[1]}; $h->[1] = [];
  $h->[0]{$h->[1]} = $v ;; $h->[1] = [] ;; undef $h->[0] ;; my $o = [];
  $h->[0]{$o} = $h->[0]{$h->[1]} ;; %{$h->[0]} = () ;; local $h->[0]{$h->[1]} = 1
hash-id :: idhash my %f; my $o = []; $f{$o} = $x; [\%f, $o] :: $h->[0]{$h->[1]} ::
  $h->[0]{$h->[1]} = $x :: delete $h->[0]{$h->[1]} :: register($h->[1], $h->[0]); $h->[1] = [] ;;
  my $v = id_2obj(id($h->[1]))
closure :: sub { $x = $_[0] if @_; $x } :: $h->() :: $h->($x) :: $h->(undef) ::
  $h->(local $_ = $h->()) ;; my $v = $h->(); $h->(undef); $h->($v) ;; &$h ;;
  &{$h}(1) ;; (sub { goto &$h })->() ;; bless $h, 'Ouro::Other' ;; sort { $h->(); 0 } 1, 2 ;;
  *{gensym()} = $h
closure-shared :: my $v = $x; [sub { $v = $_[0] }, sub { $v }] :: $h->[1]->() :: $h->[0]->($x) ::
  $h->[0]->(undef) :: $h->[0]->($h->[1]->()) ;; pop @$h
closure-nested :: sub { my $y = $x; sub { sub { $y } } } :: $h->()->()->() :::: ::
  my $f = $h->()->(); undef $h
closure-loop :: my $f; for my $v ($x) { $f = sub { $v = $_[0] if @_; $v } } $f :: $h->() ::
  $h->($x) :: $h->(undef) :: for my $v ($h->()) { my $f = sub { $v } }
closure-block :: my $f; { my ($a, $v) = (1, $x); $f = sub { $v = $_[0] if @_; $v } } $f :: $h->() ::
  $h->($x) :: $h->(undef)
closure-argument :: (sub ($v, $w = $v) { sub { $v = $w = $_[0] if @_; $w } })->($x) :: $h->() ::
  $h->($x) :: $h->(undef) :: $h->(1, 2)
closure-array :: my @v = (1, $x); sub { $v[1] = $_[0] if @_; $v[1] } :: $h->() :: $h->($x) ::
  $h->(undef) :: my @w = $h->() x 9
closure-hash :: my %v = (v => $x); sub { $v{v} = $_[0] if @_; $v{v} } :: $h->() :: $h->($x) ::
  $h->(undef)
closure-state :: my $y; sub { $y; state $v; $v = $_[0] if @_; $v }->($x); my $f = sub { $y; state
  $v; $v = $_[0] if @_; $v }; $f->($x); $f->(undef), $f->($x); $f :: $h->() :: $h->($x) ::
  $h->(undef) :: $h->($h->())
closure-state-first :: sub { state $v = $x; $v } :: $h->() :::: :: my @v = map { $h->() } 1 .. 3
closure-state-array :: my $f = sub { $x if 0; state @v = (1); $v[1] = $_[0] if @_; $v[1] };
  $f->($x); my $g = $f; undef $x; $g :: $h->() :: $h->($x) :: $h->(undef)
closure-eval :: sub { $x if 0; $_[0] ? eval $_[0] : $x } :: $h->() ::::
  $h->('undef $x') :: $h->('sub { $x }')->() ;; $h->('die $x') ;; $h->('my $x = $x; $x') ;;
  my $f = $h->('sub { sub { $x } }'); $h->('undef $x'); $f->() ;; $h->('{') ;; $h->('$h')
closure-in-eval :: eval 'my $v = $x; sub { $v = $_[0] if @_; $v }' :: $h->() :: $h->($x) ::
  $h->(undef) :: my $v = $h->(); eval 'sub { $v }'
closure-named :: my $s = stash(); my $f = sub { $x = $_[0] if @_; $x }; my $g = glob_of($s, 'f');
  *$g = $f; $s :: &{$h->{f}}() :: &{$h->{f}}($x) :: &{$h->{f}}(undef) ::
  delete $h->{f} ;; local *{$h->{f}} = sub { 1 } ;; *{$h->{f}} = sub { 2 } ;;
  my $f = *{$h->{f}}{CODE}; %$h = (); $f->()
closure-lvalue :: my $f = sub : lvalue { $x }; $f :: $h->() :: $h->() = $x :: $h->() = undef ::
  ($h->()) = ($h->()) ;; for ($h->()) { $_ = 1 } ;; local $_ = \$h->(); $$_ = 1
closure-constant :: my $v = $x; sub () { $v } :: &$h() :::: :: my $v = \&$h() ;;
  for (&$h()) { $_ = 1 }
closure-constant-list :: my @v = (1, $x); sub () { @v } :: (&$h())[1] :::: :: my @w = &$h()
closure-prototype :: set_prototype('$;$', sub { $x }) :: &$h(1) :::: :: set_prototype(undef, $h)
closure-refaliased :: \my @a = [$x]; sub { $a[0] = $_[0] if @_; $a[0] } :: $h->() :: $h->($x) ::
  $h->(undef) :: \my @b = [$h->()]; \@b = [1]
closure-blessed :: bless sub { $x = $_[0] if @_; $x }, 'Ouro::Box' :: $h->() :: $h->($x) ::
  $h->(undef) :: bless $h, 'Ouro::Other' ;; my $m = 'can'; $h->$m('new')
closure-local-sub :: my sub f { $x = $_[0] if @_; $x } \&f :: $h->() :: $h->($x) :: $h->(undef) ::
  &$h
closure-recursive :: sub { return __SUB__->(0) if $_[0]; $x } :: $h->(1) :::: :: $h->()
closure-regex :: my $v = $x; qr/(?{ $Ouro::got = $v })/ :: matched($h) :::: :: "$h"
closure-regex-postponed :: my $v = $x; qr/(??{ $Ouro::got = $v; '' })/ :: matched($h) :::: :: "$h"
glob-scalar :: my $g = gensym(); *$g = \(my $v = $x); $g :: ${*$h} :: ${*$h} = $x :: undef ${*$h} ::
  undef *$h ;; local *$h ;; my $v = ${*$h}; *$h = \$v ;; *$h = \undef ;; local ${*$h} = 1 ;;
  my $g = gensym(); *$g = *$h; *$h = \my $w; *$h = *$g{SCALAR} ;; *$h = $h ;; open $h, '<',
  '/dev/null'; close $h
glob-array :: my $g = gensym(); *$g = [$x]; $g :: ${*$h}[0] :: ${*$h}[0] = $x :: @{*$h} = () ::
  local *$h ;; undef *$h ;; my $v = *$h{ARRAY}; *$h = []; *$h = $v ;; local @{*$h} ;;
  local @{*$h} = (1) ;; *$h = [@{*$h}]
glob-hash :: my $g = gensym(); *$g = {v => $x}; $g :: ${*$h}{v} :: ${*$h}{v} = $x :: %{*$h} = () ::
  local %{*$h} ;; undef %{*$h} ;; *$h = {%{*$h}} ;; local *$h = {}
glob-code :: my $g = gensym(); *$g = sub { $x }; $g :: &{*$h}() :: *$h = sub { $x } ::
  *$h = sub { undef } :: local *$h ;; local *$h = sub { 1 } ;; *$h = sub { 2 }
glob-copied :: my $g = gensym(); *$g = [$x]; my $c = gensym(); *$c = *$g; $c :: ${*$h}[0] ::
  ${*$h}[0] = $x :: @{*$h} = () :: local *$h; undef *$h ;; *$h = gensym()
glob-handle :: my $g = gensym(); open $g, '<', '/dev/null'; ${*$g} = $x; my $i = *$g{IO};
  bless $i, 'Ouro::Other'; $g :: ${*$h} :: ${*$h} = $x :: undef ${*$h} :: close $h ;; readline
  $h ;; local $/ = \1; readline $h ;; open $h, '>&', \*STDERR ;; open my $d, '<&', $h
stash :: my $s = stash(); my $g = glob_of($s, 'v'); *$g = \$x; $s :: ${$h->{v}} ::
  ${$h->{v}} = $x :: undef ${$h->{v}} :: delete $h->{v} ;; local $h->{v} ;; %$h = () ;;
  $h->{v} = \(my $v = ${$h->{v}}) ;; undef %$h ;; my $g = delete $h->{v}; $h->{w} = $g
stash-constant :: my $s = stash(); $s->{v} = \(my $v = $x); $s :: ${$h->{v}} ::
  $h->{v} = \(my $v = $x) :: delete $h->{v} :: ${$h->{v}} ;; *{$h->{v}} = \&{$h->{v}} ;;
  local $h->{v}
stash-blessed :: my ($s, $name) = stash('keep'); my $g = glob_of($s, 'm'); *$g = sub { $x }; my $o
  = bless [], $name; drop($name); $o :: $h->m :::: :: $h->can('m') ;; $h->isa('Ouro::Box') ;;
  bless $h, 'Ouro::Box' ;; "$h"
stash-autoload :: my ($s, $name) = stash('keep'); my $g = glob_of($s, 'AUTOLOAD'); *$g = sub { $x
  }; my $o = bless [], $name; drop($name); $o :: $h->anything :::: :: $h->other(1) ;;
  bless $h, 'Ouro::Other'
stash-overload :: my ($s, $name) = stash('keep'); *{"$name\::(("} = sub {}; *{"$name\::(&{}"} = sub { sub
  { $x } }; my $o = bless [], $name; drop($name); $o :: &$h() :::: ::
  eval { "$h" } ;; eval { $h + 1 } ;; bless $h, 'Ouro::Box'
tied-scalar :: tie my $v, 'Ouro::Tied', $x; \$v :: $$h :: $$h = $x :: $$h = undef :: untie $$h ;;
  my $w = $$h; $$h = 1; $$h = $w ;; local $$h = 1 ;; my $w = $$h; tie $$h, 'Ouro::Tied', $w ;;
  for ($$h) { my $w = $_; $_ = $w } ;; tied($$h)->[0] = undef ;; my ($w) = ($$h, $$h) ;; "$$h" ;;
  $$h .= 'a'
tied-array :: tie my @v, 'Ouro::Tied', $x; \@v :: $h->[0] :: $h->[0] = $x :: $h->[0] = undef ::
  untie @$h ;; my @w = @$h ;; local $h->[0] ;; my $w = shift @$h ;; @$h = (1) ;; my $w = $h->[0];
  untie @$h; $h->[0] = $w ;; \my $v = \$h->[0]; $v = 1
tied-hash :: tie my %v, 'Ouro::Tied', $x; \%v :: $h->{v} :: $h->{v} = $x :: $h->{v} = undef ::
  untie %$h ;; my @w = %$h ;; local $h->{v} ;; delete $h->{v} ;; each %$h ;; delete local $h->{v}
tied-handle :: my $g = gensym(); tie *$g, 'Ouro::Tied', $x; $g :: (readline $h)[0] :::: ::
  untie *$h ;; print $h 1 ;; eof $h ;; close $h
tied-element :: tie my @v, 'Ouro::Tied', $x; \$v[0] :: $$h :: $$h = $x :: $$h = undef :: my $v =
  $$h; $$h = 1; $$h = $v ;; local $_ = $h; $$_
tied-value :: tie my %v, 'Ouro::Tied', $x; \$v{v} :: $$h :: $$h = $x :: $$h = undef :: $$h = $$h
tied-itself :: tie my $v, 'Ouro::Itself', $x; \$v :: itself($$h) :: tie $$h, 'Ouro::Itself', $x ::
  untie $$h :: my $w = itself($$h); untie $$h; tie $$h, 'Ouro::Itself', $w ;;
  tie $$h, 'Ouro::Itself', itself($$h) ;; my $v = $$h ;; $$h = 1 ;; undef $$h ;; local $$h ;;
  weaken(my $w = tied $$h); untie $$h ;; my $v = \tied $$h
overload-scalar :: bless {v => \$x}, 'Ouro::Overload' :: $$h :: $$h = $x :: undef $$h :: "$h" ;;
  my $v = $$h . 'a'
overload-code :: bless {v => \$x}, 'Ouro::Overload' :: &$h() :: $$h = $x :: undef $$h ::
  my @w = map { &$h } 1 .. 3 ;; undef $h->{v} ;; sort $h 1, 2
lvalue-substr :: my $v = $x; my $h = [\substr($v, 0, 0), \$v]; weaken($h->[1]); $h :: seen($h) ::
  ${$h->[1]} = $x :: ${$h->[1]} = undef :: my $s = ${$h->[0]} ;; ${$h->[0]} = 'a' ;; ${$h->[0]} =
  ${$h->[1]} ;; my $r = \substr(${$h->[0]}, 0); $$r
lvalue-vec :: my $v = $x; my $h = [\vec($v, 0, 8), \$v]; weaken($h->[1]); $h :: seen($h) ::
  ${$h->[1]} = $x :: ${$h->[1]} = undef :: my $s = ${$h->[0]} ;; ${$h->[0]} = 1
lvalue-keys :: my %v = (v => $x); my $f = sub : lvalue { keys %v }; my $h = [\scalar(&$f()),
  \$v{v}]; weaken($h->[1]); $h :: seen($h) :: ${$h->[1]} = $x :: ${$h->[1]} = undef :: my $v = ${$h->[0]} ;;
  ${$h->[0]} = 500 ;; ${$h->[0]} .= 'a' ;; ${$h->[0]} = ${$h->[1]} ;; local $_ = ${$h->[0]}
lvalue-pos :: my $v = $x; my $h = [\pos($v), \$v]; weaken($h->[1]); $h :: seen($h) ::
  ${$h->[1]} = $x :: ${$h->[1]} = undef :: ${$h->[0]} = 1 ;; ${$h->[0]} = undef
reader-of-scalar :: my $v = $x; open my $f, '<', \$v; my $h = [$f, \$v]; weaken($h->[1]); $h ::
  seen($h) :: ${$h->[1]} = $x :: ${$h->[1]} = undef :: my $s = readline $h->[0] ;; seek $h->[0],
  1, 0 ;; open my $d, '<&', $h->[0]; $h->[0] = $d ;; binmode $h->[0], ':utf8'
handle-via :: local $Ouro::got = $x; open my $f, '<:via(Ouro::Via)', '/dev/null'; my $h = [$f,
  $Ouro::got]; weaken($h->[1]); $h :: seen($h) :: ${$h->[1]} = $x :: ${$h->[1]} = undef ::
  my $s = readline $h->[0] ;; eof $h->[0] ;; seek $h->[0], 0, 0 ;; binmode $h->[0], ':utf8' ;;
  open my $d, '<&', $h->[0] ;; open my $d, '<&', $h->[0]; $h->[0] = $d ;; my $v = ${$h->[1]};
  undef $h->[0] ;; local $Ouro::got = 1; binmode $h->[0], ':via(Ouro::Via)'
dbm-filter :: use SDBM_File (); my $h = tie my %v, 'SDBM_File', '/dev/null', 2, 0, '/dev/null';
  $h->filter_store_key(sub { $Ouro::got = $x }); $h :: filtered($h) ::
  $h->filter_store_key(sub { $Ouro::got = $x }) :: $h->filter_store_key(undef) ::
  my $f = $h->filter_store_key(undef); $h->filter_store_key($f) ;; filtered($h) ;;
  $h->filter_store_key(sub { die }); filtered($h) ;; weaken(my $d = $h);
  $h->filter_store_key(sub { filtered($d) }); filtered($h) ;; weaken(my $d = $h);
  $h->filter_store_key(sub { $d->filter_store_key(undef) }); filtered($h)
iterator :: my @v = ($x); my $i = 0; sub { @_ ? ($v[0] = $_[0]) : $v[$i++ % 1] } :: $h->() ::
  $h->($x) :: $h->(undef)
exception :: eval { die $x }; \(my $v = $@) :: $$h :: $$h = eval { die $x } || $@ :: undef $$h ::
  eval { die $$h } ;; eval { eval { die $$h }; die } ;; local $@ = $$h; eval { die } ;;
  local $SIG{__DIE__} = sub { $$h = 1 }; eval { die $$h } ;; my $v = $$h; $$h = 0; eval { die $v };
  $$h = $@; $@ = ''
sorted :: my @v = sort { ref $b <=> ref $a } ($x); \@v :: $h->[0] :: $h->[0] = $x :: @$h = () ::
  @$h = sort { 0 } @$h ;; my @v = sort { $a <=> $b } @$h, @$h
reduced :: [reduce { $a } $x, 1] :: $h->[0] :: $h->[0] = $x :: @$h = () ::
  my $v = first { 1 } @$h ;; my @w = uniq(@$h, @$h) ;; @$h = shuffle(@$h) ;; my @w = pairs(@$h, 1)
unsafe-array :: [$x] :: $h->[0] :: $h->[0] = $x :: @$h = () :: my @w = map { @$h = (); $_ }
  @$h, 1 ;; (sub { @$h = (); my @v = ([]) x 9; my $v = $_[0] })->(@$h) ;; my @w = sort { @$h = ();
  0 } @$h, 1 ;; my @w = pairmap { @$h = (); $a } @$h, 1 ;; my $v = reduce { @$h = (); $a } @$h, 1,
  2 ;; my $v = first { @$h = (); 1 } @$h ;; my @w = (@$h, @$h = ()) :: crashes=perl5-issue-2157
END

our $ROOTS = <<'END';
global-scalar :: ${"Ouro::Root::s$k"} = $x; 1 :: ${"Ouro::Root::s$k"} :::: undef
  ${"Ouro::Root::s$k"}
global-array :: $Ouro::Root::a[$k] = $x; 1 :: $Ouro::Root::a[$k] :::: undef $Ouro::Root::a[$k]
global-hash :: $Ouro::Root::h{$k} = $x; 1 :: $Ouro::Root::h{$k} :::: delete $Ouro::Root::h{$k}
global-sub :: *{"Ouro::Root::f$k"} = sub { $x }; 1 :: &{"Ouro::Root::f$k"}() ::::
  undef *{"Ouro::Root::f$k"}
global-constant :: delete $Ouro::Root::{"c$k"}; $Ouro::Root::{"c$k"} = \$x; 1 ::
  &{"Ouro::Root::c$k"}() :::: delete $Ouro::Root::{"c$k"}
global-stash :: *{"Ouro::Root$k\::v"} = \$x; 1 :: ${"Ouro::Root$k\::v"} ::::
  delete $Ouro::{"Root$k\::"}
our-variable :: our @o; $o[$k] = $x; 1 :: our @o; $o[$k] :::: our @o; undef $o[$k]
file-lexical :: $lexical[$k] = $x; 1 :: $lexical[$k] :::: undef $lexical[$k]
state-variable :: kept($k, $x); 1 :: kept($k) :::: kept($k, undef)
signal-handler :: $SIG{'NUM' . (40 + $k)} = sub { $x }; 1 :: $SIG{'NUM' . (40 + $k)}->() ::::
  delete $SIG{'NUM' . (40 + $k)}
path-hook :: $INC[30 + $k] = sub { $x }; 1 :: $INC[30 + $k]->() :::: $INC[30 + $k] = undef
included :: $INC{"ouro$k"} = $x; 1 :: $INC{"ouro$k"} :::: delete $INC{"ouro$k"}
compile-hints :: $^H{"ouro$k"} = $x; 1 :: $^H{"ouro$k"} :::: delete $^H{"ouro$k"}
debugger-lines :: ${"_<ouro$k"}[1] = $x; 1 :: ${"_<ouro$k"}[1] :::: @{"_<ouro$k"} = ()
tied-global :: tie ${"Ouro::Root::t$k"}, 'Ouro::Tied', $x; 1 :: ${"Ouro::Root::t$k"} ::::
  untie ${"Ouro::Root::t$k"}; undef ${"Ouro::Root::t$k"}
arguments :: $ARGV[$k] = $x; 1 :: $ARGV[$k] :::: undef $ARGV[$k]
register-closure :: sub { $x } :: $h->()
END

our $NODES = <<'END';
node-hash :: {} :: $n->{$k}
node-hash-crowded :: +{map { $_ => 1 } 0 .. 40} :: $n->{"s$k"}
node-hash-shared-keys :: +{map { $_ => undef } 0 .. 7} :: $n->{$k}
node-hash-restricted :: my %h = map { $_ => undef } 0 .. 7; Internals::SvREADONLY(%h, 1); \%h :: $n->{$k}
node-array-shifted :: my @a = (1 .. 20); shift @a for 1 .. 20; \@a :: $n->[$k]
node-array-nested :: [[]] :: $n->[0][$k]
node-array-of-hashes :: [map +{}, 0 .. 7] :: $n->[$k]{v}
node-scalar :: \my $v :: $$n->[$k]
node-scalar-of-scalar :: \\my $v :: $$$n->[$k]
node-glob :: gensym() :: ${*$n}[$k]
node-glob-hash :: gensym() :: ${*$n}{$k}
node-closure :: my @v; my $f = sub : lvalue { $v[$_[0]] }; $f :: $n->($k)
node-closure-variables :: my ($a, $b, $c, $d, $e, $f, $g, $i);
  my $j = sub : lvalue { ${(\($a, $b, $c, $d, $e, $f, $g, $i))[$_[0]]} }; $j :: $n->($k)
node-closure-state :: my $y = 1; my $f = sub : lvalue { $y; state @v; $v[$_[0]] }; $f :: $n->($k)
node-stash :: stash() :: ${*{glob_of($n, "s$k")}}
node-tied-array :: require Tie::Array; tie my @v, 'Tie::StdArray'; \@v :: $n->[$k]
node-tied-hash :: require Tie::Hash; tie my %v, 'Tie::StdHash'; \%v :: $n->{$k}
node-regex :: my @v; my $r = qr/(?{ $Ouro::got = \@v })/; $r :: matched($n)->[$k]
END
