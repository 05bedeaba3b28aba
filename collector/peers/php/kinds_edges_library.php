<?php
// SPDX-License-Identifier: Apache-2.0

// What the standard library and the extensions hold is an edge: exceptions, reflection, lazy
// objects, streams, parsers, databases, transfers.
//
// Place: a table of kinds.php, see kinds_edges.php. Resources are not told to the collector, by
// design: a cycle through one is `rooted`.

// ---- Exceptions ---------------------------------------------------------------------------------
const EXCEPTION = ['try { throw $h; } catch (Exception) {}', '$h->getTraceAsString()',
     '(string) $h',
    'try { try { throw $h; } finally { throw new Exception; } } catch (Exception $e) { ' .
        'unset($e); }',
    'try { throw new Exception("", 0, $h); } catch (Exception $e) { gc_collect_cycles(); }',
    '$g = start((function () { yield 1; })()); $g->throw($h)'];
helpers(
    'function previous($v) { return new Exception("", 0, magic_exception($v)); }',
    'function traced($v) { $e = new Exception; (new ReflectionProperty("Exception", "trace"))' .
        '->setValue($e, [["args" => [$v]]]); return $e; }',
    'function thrown($v) { try { try { throw magic_exception($v); } finally { ' .
        'throw new ErrorException; } } catch (Exception $e) { return $e; } }',
    'function backtrace() { return debug_backtrace(1, 1); }',
    'class Traces extends Box { function trace() { return debug_backtrace(1, 1); } }',
);
edge('exception', 'magic_exception($x)', get: '$h->v', put: '$h->v = $x', take: '$h->v = null',
     pokes: EXCEPTION);
edge('exception-previous', 'previous($x)', get: '$h->getPrevious()->v', pokes: EXCEPTION);
edge('exception-trace', 'traced($x)', get: '$h->getTrace()[0]["args"][0]', pokes: EXCEPTION);
edge('exception-chained', 'thrown($x)', get: '$h->getPrevious()->v', pokes: EXCEPTION);
edge('backtrace-arguments', 'backtrace($x)', get: '$h[0]["args"][0]');
edge('backtrace-object', '(new Traces($x))->trace()', get: '$h[0]["object"]->v');

// ---- Reflection ---------------------------------------------------------------------------------
const REFLECTION = ['(string) $h', '$h->getName()', '$h->getAttributes()', '$h->getDocComment()',
    '$c = clone $h', '$h->newInstance()', '$h->invoke()', '$h->getParameters()',
        '$h->getMethods()'];
helpers('function executing($r) { try { return $r->getExecutingGenerator()->valid(); } catch (' .
        'ReflectionException) { return false; } }');  // Of one that has ended.
edge('reflection-object', 'new ReflectionObject($x)', pokes: REFLECTION);
edge('reflection-function', 'new ReflectionFunction(function ($p = 1) use ($x) { return $x; })',
     get: '$h->invoke()', pokes: REFLECTION);
edge('reflection-function-this', 'new ReflectionFunction((new Box($x))->get(...))',
     get: '$h->getClosureThis()->v', pokes: REFLECTION, needs: '8.1');
edge('reflection-parameter', 'new ReflectionParameter(function ($p = 1) use ($x) { return $x; ' .
     '}, 0)',
     is: '$h->getName() !== ""', pokes: REFLECTION);
edge('reflection-parameter-declaring', '(new ReflectionFunction(function ($p) use ($x) {}))' .
     '->getParameters()[0]', is: '$h->getName() !== ""', pokes: REFLECTION);
edge('reflection-method-closure', '(new ReflectionMethod("Box", "get"))->getClosure(new Box($x))',
     get: '$h()', pokes: CLOSURE);
edge('reflection-generator', 'new ReflectionGenerator(start((function ($a) { yield 1; })($x)))',
     is: 'executing($h)', words: 'frail', pokes: [...REFLECTION,
     '$h->getTrace()', '$h->getExecutingGenerator()->next()', '$h->getThis()']);
edge('reflection-fiber', 'new ReflectionFiber(fiber(function () use ($x) { Fiber::suspend(); }))',
     is: '$h->getFiber()->isSuspended()', words: 'frail', needs: 'Fiber', pokes: [
     '$h->getTrace()', '$h->getFiber()->resume()', '$h->getCallable()()']);
edge('reflection-reference', '$c = $x; $a = [&$c]; $h = ' .
     'ReflectionReference::fromArrayElement($a, ' .
     '0); unset($c, $a);', is: '$h->getId() !== ""');

// ---- Lazy objects and hooks (8.4), clone with (8.5) ---------------------------------------------
helpers(
    'function lazy($v, $how, $init) { return (new ReflectionClass("Box"))->$how($init); }',
    'function ghost($v) { return lazy($v, "newLazyGhost", function ($b) use ($v) { $b->v = $v; ' .
        '}); }',
    'function proxy($v) { return lazy($v, "newLazyProxy", function () use ($v) { ' .
        'return new Box($v); }); }',
    'function failing($v) { return lazy($v, "newLazyGhost", function ($b) use ($v) { $b->v = $v; ' .
        'throw new Exception; }); }',
    'class Hooked { private $w; public $v { get => $this->w; set { $this->w = $value; } } }',
    'class HookedBacked { public $v { get => $this->v; set { ' .
        '$this->v = $value; } } }',
    'class Asymmetric { function __construct(public private(set) object $v) {} }',
);
const LAZY = ['$h->v', '$h->v = $h->v', 'foreach ($h as $v) { gc_collect_cycles(); break; }',
    '(new ReflectionClass($h))->initializeLazyObject($h)', '$c = clone $h; gc_collect_cycles()',
    '(new ReflectionClass($h))->markLazyObjectAsInitialized($h)', 'serialize($h)', 'isset($h->v)',
    '(new ReflectionClass($h))->getLazyInitializer($h)', '$h == clone $h', '(array) $h'];
// A foreach over one that fails to be initialised keeps it.
foreach (['ghost', 'proxy', 'failing'] as $how)
    edge("lazy-$how", "$how(\$x)", pokes: array_diff(LAZY, [LAZY[5]]), needs: '8.4',
         leaks: $how === 'failing' ? '8.4- new' : []);
foreach (['ghost', 'proxy'] as $how)
    edge("lazy-$how-initialised", "\$h = $how(\$x); \$h->v;", get: '$h->v', put: '$h->v = $x',
         take: '$h->v = null', pokes: LAZY, needs: '8.4');
edge('lazy-proxy-real', '$h = proxy($x); $h->v; $h = (new ReflectionClass("Box"))->' .
     'initializeLazyObject($h);', get: '$h->v', pokes: LAZY, needs: '8.4');
edge('lazy-reset', '$h = new Box; (new ReflectionClass("Box"))->resetAsLazyGhost($h, ' .
     'function ($b) use ($x) { $b->v = $x; });', pokes: ['$h->v', 'clone $h'], needs: '8.4');
edge('lazy-raw', '$h = failing($x); (new ReflectionProperty("Box", "v"))->' .
     'setRawValueWithoutLazyInitialization($h, $x);', get: '$h->v', put: '$h->v = $x',
     take: '$h->v = null', pokes: LAZY, needs: '8.4');
foreach (['Hooked', 'HookedBacked'] as $class)
    edge('hook-' . strtolower($class), "\$h = new $class; \$h->v = \$x;", get: '$h->v',
         put: '$h->v = $x', take: '$h->v = null', pokes: ['(array) $h', 'serialize($h)',
         '(new ReflectionProperty($h, "v"))->getRawValue($h)'], needs: '8.4');
edge('hook-asymmetric', 'new Asymmetric($x)', get: '$h->v', needs: '8.4');
edge('clone-with', 'clone(new Box, ["v" => $x])', get: '$h->v', put: '$h->v = $x',
     take: '$h->v = null', needs: '8.5');

// ---- Streams ------------------------------------------------------------------------------------
helpers(
    'class Wrapper { public $context, $v; static $next; function stream_open($p, $m, $o, &$q) { ' .
        '$this->v = self::$next; self::$next = null; return true; } function stream_read($n) { ' .
        'return str_repeat("x", $n); } function stream_write($d) { return strlen($d); } function ' .
        'stream_eof() { return false; } function stream_close() { gc_collect_cycles(); } ' .
        'function ' .
        'dir_opendir($p, $o) { return $this->stream_open($p, $o, 0, $q); } function ' .
        'stream_stat() { return []; } function stream_seek($o, $w) { return true; } }',
    'function wrapped($v, $how = "fopen") { static $done; $done ??= ' .
        'stream_wrapper_register("ouro", "Wrapper"); Wrapper::$next = $v; ' .
        'return $how === "fopen" ? fopen("ouro://x", "r+") : opendir("ouro://x"); }',
    'class Upper extends php_user_filter { public $v; function filter($i, $o, &$n, $c): int { ' .
        'return PSFS_PASS_ON; } }',
    'function filtered($v) { static $done; $done ??= stream_filter_register("ouro", "Upper"); ' .
        '$f = fopen("php://memory", "r+"); return [$f, stream_filter_append($f, "ouro", 3, $v)]; }',
    'function noted_context($v) { return stream_context_create([], ["notification" => ' .
        'function () use ($v) { return $v; }]); }',
);
const STREAM = ['fread($h, 10)', 'fwrite($h, "x")', 'stream_get_meta_data($h)', 'rewind($h)',
                'stream_context_get_options($h)'];
// An option that is set again is released in its place: corpus/native/php_context_option.php.
edge('stream-context-option', 'stream_context_create(["o" => ["x" => $x]])', words: 'rooted',
     get: 'stream_context_get_options($h)["o"]["x"]', pokes: ['stream_context_get_params($h)']);
edge('stream-context-notification', 'noted_context($x)', words: 'rooted',
     get: 'stream_context_get_params($h)["notification"]()', pokes: [
     'stream_context_set_params($h, ["options" => []])', 'stream_context_get_default()']);
edge('stream-wrapper', 'wrapped($x)', get: 'stream_get_meta_data($h)["wrapper_data"]->v',
     words: 'rooted collects', pokes: STREAM,
     put: 'stream_get_meta_data($h)["wrapper_data"]->v = $x',
     take: 'stream_get_meta_data($h)["wrapper_data"]->v = null');
edge('stream-filter', 'filtered($x)', is: 'is_resource($h[1])', words: 'rooted',
     pokes: ['fwrite($h[0], "x")', 'stream_filter_remove($h[1])', 'fread($h[0], 1)',
     'rewind($h[0])']);
edge('resource-self', '$c = [stream_context_create(), $x]; stream_context_set_option($c[0], "o", ' .
     '"c", fn() => 1); $h = $c; unset($c);', get: '$h[1]');

// ---- Parsers ------------------------------------------------------------------------------------
helpers(
    'function parser($what, $v) { $p = xml_parser_create(); $f = function () use ($v) { ' .
        'gc_collect_cycles(); }; $what === "element" ? xml_set_element_handler($p, $f, null) : ' .
        '("xml_set_{$what}_handler")($p, $f); return $p; }',
    'class Handlers { public $v; function a() { gc_collect_cycles(); } }',
    'function parsing($v) { $p = xml_parser_create(); $o = new Handlers; $o->v = $v; ' .
        'xml_set_object($p, $o); xml_set_element_handler($p, "a", "a"); return $p; }',
);
const PARSER = ['xml_parse($h, "<a x=\"1\">b<!--c--><?d e?>", false)', 'xml_parse($h, "</a>", ' .
     'true)',
    'xml_parser_free($h)', 'xml_parse_into_struct($h, "<a/>", $c)', 'xml_get_error_code($h)',
    'xml_set_object($h, new Handlers)', 'xml_set_default_handler($h, null)'];
foreach (['element', 'character_data', 'default', 'processing_instruction', 'notation_decl',
          'external_entity_ref', 'start_namespace_decl', 'unparsed_entity_decl'] as $what)
    edge('xml-' . strtr($what, '_', '-'), "parser('$what', \$x)",
         pokes: $what === 'default' ? array_slice(PARSER, 0, 6) : PARSER, needs: 'xml');
edge('xml-object', 'parsing($x)', pokes: array_diff(PARSER, [PARSER[5]]), needs: 'xml');

helpers(
    'class Document extends DOMDocument { public $v; }',
    'class Element extends DOMElement { public $v; }',
    'function new_document($v) { $d = new Document; $d->loadXML("<a b=\"c\"><d/>e<f/></a>"); ' .
        '$d->v = $v; return $d; }',
    'function new_element($v) { $d = new DOMDocument; $e = $d->appendChild(new Element("a")); ' .
        '$e->v = $v; return $e; }',
    'function classed($v) { $d = new DOMDocument; $d->registerNodeClass("DOMElement", ' .
        '"Element"); ' .
        '$d->loadXML("<a/>"); $d->documentElement->v = $v; return $d; }',
    'function xpath($v) { $x = new DOMXPath(new_document($v)); $x->registerNamespace("php", ' .
        '"http://php.net/xpath"); $x->registerPhpFunctions(["f" => function () use ($v) { ' .
        'gc_collect_cycles(); return "1"; }]); return $x; }',
    'function xslt($v) { $x = new XSLTProcessor; $x->registerPHPFunctions(["f" => function () ' .
        'use ' .
        '($v) { return "1"; }]); return $x; }',
);
const DOM = ['$h->textContent', '$h->childNodes', '$c = $h->cloneNode(true); unset($c)',
    '$h->appendChild(new DOMElement("z"))', 'foreach ($h->childNodes ?? $h as $n) ' .
        'gc_collect_cycles()',
    '$h->replaceChildren()', '$h->normalize()', '$h->C14N()', '$h->removeChild($h->firstChild)',
    '$h->parentNode?->removeChild($h)', '$h->loadXML("<z/>")', '$h->adoptNode(new DOMElement("y"))',
    '$h->item(0)', '$h->nextNode()', '$h->query("//*")', 'simplexml_import_dom($h)', '$h->remove()',
    '(new DOMDocument)->appendChild($h)', '(new DOMDocument)->importNode($h, true)'];
edge('dom-document', 'new_document($x)', get: '$h->v', put: '$h->v = $x', take: '$h->v = null',
     pokes: DOM, needs: 'dom');
edge('dom-element', 'new_element($x)', get: '$h->v', put: '$h->v = $x', take: '$h->v = null',
     pokes: DOM, needs: 'dom');
edge('dom-element-attached', '(function ($e) { return [$e->ownerDocument, $e]; })(new_element($x))',
     get: '$h[0]->documentElement->v', pokes: ['$h[1] = null', '$h[0]->removeChild($h[1])',
     '$h[1]->remove(); gc_collect_cycles()'], needs: 'dom');
edge('dom-xpath-function', 'xpath($x)', pokes: ['$h->query("php:function(\"f\")")',
     '$h->evaluate("php:function(\"f\")")', '$h->registerPhpFunctions()'], needs: 'dom 8.4');
edge('dom-nodes', '$d = new_document($x); $h = $d->childNodes; unset($d);', is: 'count($h) >= 0',
     needs: 'dom', pokes: ['foreach ($h as $n) gc_collect_cycles()', '$h->item(0)->remove()'],
     leaks: '8.0- new');
edge('dom-attributes', '$e = new_element($x); $h = $e->attributes; unset($e);', is: 'count($h) ' .
     '>= 0',
     needs: 'dom', pokes: ['foreach ($h as $n) gc_collect_cycles()'], leaks: '8.0- new');
edge('xslt-function', 'xslt($x)', needs: 'dom xsl 8.4', pokes: ['$h->registerPHPFunctions()',
     '$h->importStylesheet(new DOMDocument)']);
edge('xml-reader-property', '$h = new HeirXMLReader; $h->XML("<a/>"); $h->v = $x;', get: '$h->v',
     needs: 'dom xmlreader', pokes: ['$h->read()', '$h->expand()', '$h->close()']);

// ---- Databases ----------------------------------------------------------------------------------
helpers(
    'function sqlite($v, $how) { $s = new SQLite3(":memory:"); $f = function () use ($v) { ' .
        'gc_collect_cycles(); return 0; }; match ($how) { "function" => $s->createFunction("f", ' .
        '$f), "aggregate" => $s->createAggregate("f", $f, $f), "collation" => ' .
        '$s->createCollation("f", $f), "authoriser" => $s->setAuthorizer($f) }; return $s; }',
    'class Database extends SQLite3 { public $v; }',
    'function database($v) { $d = new Database(":memory:"); $d->v = $v; ' .
        '$d->exec("create table t (a); insert into t values (1), (2)"); return $d; }',
    'function pdo($v, $how) { $p = new PDO("sqlite::memory:"); $f = function () use ($v) { ' .
        'gc_collect_cycles(); return 0; }; match ($how) { "function" => ' .
        '$p->sqliteCreateFunction("f", $f), "aggregate" => $p->sqliteCreateAggregate("f", $f, ' .
        '$f), ' .
        '"collation" => $p->sqliteCreateCollation("f", $f), "class" => ' .
        '$p->setAttribute(PDO::ATTR_STATEMENT_CLASS, ["Statement", [$v]]) }; return $p; }',
    'class Statement extends PDOStatement { public $v; protected function __construct($v) { ' .
        '$this->v = $v; } }',
    'function statement($v, $how, $m = null, ...$a) { $s = pdo($v, "class")->query("select 1 ' .
        'as v ' .
        'union select 2"); $s->v = null; $s->$how($m, ...$a); return $s; }',
);
const SQL = ['$h->query("select f(1)")', '$h->exec("select f(1)")', '$h->querySingle("select ' .
     'f(1)")',
    '$h->createFunction("f", null)', '$h->close()', '$h->prepare("select f(1)")',
        '$h->open(":memory:")',
    '$h->query("select 1 order by 1 collate f")->fetchArray()', '$h->createFunction("f", fn() ' .
        '=> 1)',
    '$h->sqliteCreateFunction("f", fn() => 1)', '$h->query("select f(1)")->fetchAll()'];
foreach (['function', 'aggregate', 'collation', 'authoriser'] as $how)
    edge("sqlite-$how", "sqlite(\$x, '$how')", pokes: array_diff(SQL, [SQL[3], SQL[4], SQL[6],
        SQL[8]]),
         needs: 'sqlite3', leaks: $how === 'authoriser' ? '8.0-8.3 new' : []);
edge('sqlite-result', '[database($x)->query("select * from t")]', is: 'isset($h[0])',
     pokes: ['$h[0]->fetchArray()', '$h[0]->finalize()', '$h[0]->reset()'], needs: 'sqlite3',
     leaks: '8.0- new');
edge('sqlite-statement', 'database($x)->prepare("select ?")', is: 'is_object($h)', pokes: [
     '$h->execute()', '$h->bindValue(1, 2)', '$h->reset()', '$h->bindParam(1, $c)'], needs:
     'sqlite3',
     leaks: '8.0- new');
foreach (['function', 'aggregate', 'collation', 'class'] as $how)
    edge("pdo-$how", "pdo(\$x, '$how')", pokes: array_slice(SQL, 0, 2) + [SQL[5], SQL[10]],
         needs: 'pdo pdo_sqlite');
edge('pdo-statement', '$h = pdo(null, "class")->query("select 1 as v"); $h->v = $x;', get:
     '$h->v', put: '$h->v = $x',
     take: '$h->v = null', pokes: ['$h->fetch()', '$h->fetchAll()', '$h->closeCursor()',
     '$h->execute()', 'foreach ($h as $r) gc_collect_cycles()', '$h->setFetchMode(2)'],
     needs: 'pdo pdo_sqlite');
foreach (['into' => 'PDO::FETCH_INTO, $x', 'class' => 'PDO::FETCH_CLASS, "Box", [$x]'] as $how =>
         $mode)
    edge("pdo-fetch-$how", "statement(null, 'setFetchMode', $mode)", is: 'is_object($h)',
         pokes: ['$h->execute()', '$h->closeCursor()'], needs: 'pdo pdo_sqlite',
         leaks: $how === 'class' ? '8.0-8.4 new' : [],
         crashes: $how === 'class' ? '8.5- new' : []);

// ---- Transfers and the rest ---------------------------------------------------------------------
const CURL = ['$c = curl_copy_handle($h); gc_collect_cycles(); unset($c)', 'curl_exec($h)',
              'curl_errno($h)', 'curl_getinfo($h)', 'curl_pause($h, 0)', 'curl_upkeep($h)'];
helpers('function curl($option, $v) { $c = curl_init("file:///dev/null"); curl_setopt($c, ' .
        'constant("CURLOPT_$option"), $v); return $c; }',
        'function multi($v) { $m = curl_multi_init(); curl_multi_add_handle($m, ' .
        'curl("PRIVATE", $v)); return $m; }');
foreach (['WRITEFUNCTION', 'HEADERFUNCTION', 'READFUNCTION', 'PROGRESSFUNCTION',
          'XFERINFOFUNCTION', 'FNMATCH_FUNCTION'] as $option)
    edge('curl-' . strtolower(strtr($option, '_', '-')), "curl('$option', function (\$c, \$d) " .
        "use " .
         "(\$x) { gc_collect_cycles(); return strlen(\$d); })", pokes: CURL, needs: 'curl');
edge('curl-private', 'curl("PRIVATE", $x)', get: 'curl_getinfo($h, CURLINFO_PRIVATE)',
     // Before 8.4 the old content is released before the new one is there.
     put: '$c = curl_getinfo($h, CURLINFO_PRIVATE); curl_setopt($h, CURLOPT_PRIVATE, $x); ' .
         'unset($c)',
     take: '$c = curl_getinfo($h, CURLINFO_PRIVATE); curl_setopt($h, CURLOPT_PRIVATE, null); ' .
         'unset($c)',
     pokes: [...CURL, 'curl_reset($h)'], needs: 'curl');
edge('curl-multi', 'multi($x)', is: 'is_object($h)', pokes: ['curl_multi_exec($h, $c)',
     'curl_multi_select($h, 0.0)', 'curl_multi_info_read($h)'], needs: 'curl');
edge('curl-multi-push', '$h = curl_multi_init(); curl_multi_setopt($h, CURLMOPT_PUSHFUNCTION, ' .
     'function () use ($x) {});', pokes: ['curl_multi_exec($h, $c)'], needs: 'curl');
edge('soap-server', '$h = new SoapServer(null, ["uri" => "a"]); $h->setObject($x);',
     leaks: '8.0- new', pokes: ['$h->getFunctions()', '$h->addSoapHeader(new SoapHeader("a", ' .
     '"b"))'],
     needs: 'soap');
edge('soap-header', 'new SoapHeader("a", "b", $x)', get: '$h->data', needs: 'soap', words: 'once');
edge('soap-variable', 'new SoapVar($x, 101)', get: '$h->enc_value', needs: 'soap', words: 'once');
edge('soap-header-again', '$h = new SoapHeader("a", "b", $x); $h->__construct("a", "b", $x);',
     get: '$h->data', needs: 'soap', words: 'once', leaks: '8.0- new');
edge('soap-fault', 'new SoapFault("a", "b", null, $x)', get: '$h->detail', needs: 'soap',
     pokes: EXCEPTION);
edge('soap-client', '$h = new SoapClient(null, ["uri" => "a", "location" => "b"]); ' .
     '$h->__setSoapHeaders([new SoapHeader("a", "b", $x)]);', is: 'is_object($h)', needs: 'soap');
edge('incomplete', '$h = unserialize("O:4:\"Gone\":1:{s:1:\"a\";i:1;}"); ' .
     '$h = (array) $h; $h["v"] = $x;', get: '$h["v"]', pokes: ['(object) $h']);
edge('unserialised', '$h = unserialize(serialize(new Box(new Box))); $h->v->v = $x;',
     get: '$h->v->v', put: '$h->v->v = $x', take: '$h->v->v = null');
edge('unserialised-reference', '$h = unserialize("a:2:{i:0;i:1;i:1;R:2;}"); $h[0] = $x;',
     get: '$h[1]', put: '$h[1] = $x', take: '$h[0] = null');
