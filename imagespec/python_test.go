package imagespec

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// same compares specifications without where they were read.
var same = cmp.Options{cmpopts.IgnoreUnexported(Spec{}), cmpopts.EquateNaNs()}

// readOne reads the only specification of a text.
func readOne(t *testing.T, format Format, src string) *Spec {
	t.Helper()
	named, err := Read(format, "x", []byte(src))
	if err != nil {
		t.Fatalf("%s\n%v", src, err)
	}
	if len(named) != 1 || named[0].Err != nil {
		t.Fatalf("%s\n%+v", src, named)
	}
	return named[0].Spec
}

// TestPythonGuide reads the example of Union's guide for ECR as it is printed
// there, and stops at its region.
func TestPythonGuide(t *testing.T) {
	const guide = `image_spec = ImageSpec(
    registry="123456789012.dkr.ecr.us-eas-1.amazonaws.com",
    name="simple-example-image",
    base_image="ghcr.io/flyteorg/flytekit:py3.11-latest",
    requirements="image-requirements.txt"
)`
	s := readOne(t, Python, guide)
	want := &Spec{
		Registry: "123456789012.dkr.ecr.us-eas-1.amazonaws.com", Name: "simple-example-image", BaseImage: "ghcr.io/flyteorg/flytekit:py3.11-latest",
		Requirements: "image-requirements.txt",
	}
	if d := cmp.Diff(want, s, same); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	err := s.Validate()
	if err == nil || err.Error() != "x:2:14: ImageSpec field registry: AWS has no region us-eas-1; did you mean us-east-1?" {
		t.Errorf("error %v", err)
	}
	right := readOne(t, Python, strings.ReplaceAll(guide, "us-eas-1", "us-east-1"))
	if err := right.Validate(); err != nil {
		t.Error(err)
	}
	tag, err := right.In(write(t, t.TempDir(), vectorFiles)).Tag(Compat{})
	if err != nil || tag != "wuvgjjgntdNfc_5xsgXATA" {
		t.Errorf("tag %s, error %v", tag, err)
	}
}

// values are read as what they are.
func TestPythonValues(t *testing.T) {
	for text, want := range map[string]Value{
		`'a' "b" r'\n' u'\u00e9' '''c
d'''`: "ab\\néc\nd", `"\x41\101\0\q\
z\t\\\'"`: "AA\x00\\qz\t\\'", `R"\""`: `\"`, `""`: "", `("a"
  "b")`: "ab", `"# no comment" # a comment`: "# no comment",
		"0": Int("0"), "00_0": Int("0"), "1_000": Int("1000"), "0xFf": Int("255"), "0o17": Int("15"), "0B1_1": Int("3"), "-5": Int("-5"), "+5": Int("5"), "-0": Int("0"),
		"123456789012345678901234567890": Int("123456789012345678901234567890"), "-1.5e3": -1500.0, ".5": 0.5, "5.": 5.0, "1_0.2_5E-1": 1.025,
		"True": true, "False": false, "None": nil, "[]": List{}, "[1, 'a',]": List{Int("1"), "a"}, "()": Tuple{}, "(1)": Int("1"), "(1,)": Tuple{Int("1")},
		"{}": Dict{}, "{'a': 1, 2: [None], 'a': 3, None: {}}": Dict{{"a", Int("3")}, {Int("2"), List{nil}}, {nil, Dict{}}}, "K": "k", "[K, N]": List{"k", Int("3")},
		"CopyFileDetection.ALL": CopyAll, "m.CopyFileDetection.NO_COPY": CopyNone,
	} {
		s := readOne(t, Python, "K = 'k'; N: int = 3\nx = ImageSpec(builder_config={'v': "+text+"\n})\n")
		got, _ := s.BuilderConfig.Get("v")
		if d := cmp.Diff(want, got, same); d != "" {
			t.Errorf("%s (-want +got):\n%s", text, d)
		}
	}
}

func TestPythonCalls(t *testing.T) {
	base := &Spec{Name: "base", Packages: []string{"a"}}
	for name, tt := range map[string]struct {
		src  string
		want map[string]*Spec
	}{
		"module":     {"import flytekit as fk\nx = fk.ImageSpec(name='base', packages=['a'])", map[string]*Spec{"x": base}},
		"alias":      {"from flytekit.image_spec import (\n  ImageSpec as I,\n)\nx = I('base', packages=['a'])", map[string]*Spec{"x": base}},
		"annotated":  {"x: ImageSpec = ImageSpec('base', packages=['a'])", map[string]*Spec{"x": base}},
		"parens":     {"x = ((\n  ImageSpec('base')\n  .with_packages('a')\n))", map[string]*Spec{"x": base}},
		"semicolon":  {"a = 1; x = ImageSpec('base', packages=['a']); b = 2", map[string]*Spec{"x": base}},
		"nested":     {"x = ImageSpec(base_image=ImageSpec('base', packages=['a']))", map[string]*Spec{"x": {Base: base}}},
		"variable":   {"b = ImageSpec('base', packages=['a'])\nx = ImageSpec(base_image=b)", map[string]*Spec{"b": base, "x": {Base: base}}},
		"later":      {"x = ImageSpec(base_image=b)\nb = ImageSpec('base', packages=['a'])", map[string]*Spec{"b": base, "x": {Base: base}}},
		"methods":    {"b = ImageSpec('base')\nx = b.with_packages(['a']).force_push()", map[string]*Spec{"b": {Name: "base"}, "x": base}},
		"in a block": {"if True:\n    x = ImageSpec('base', packages=['a'])\nelse: pass", map[string]*Spec{"x": base}},
		"decorator": {
			"@task(container_image=ImageSpec('base', packages=['a']), cache=True)\ndef f(a: int = 3) -> int:\n    return a\n", map[string]*Spec{"1": base},
		},
		"in a list": {"xs = [ImageSpec('base', packages=['a']),\n  ImageSpec()]", map[string]*Spec{"1": base, "2": {}}},
		"all methods": {
			"x = ImageSpec().with_commands(commands='c').with_apt_packages(['git']).with_copy(src='d').with_runtime_packages(['r'])" +
				".with_builder_options({'a': 1}).with_builder_options(builder_options={'b': 2, 'a': 3})",
			map[string]*Spec{"x": {
				Commands: []string{"c"}, AptPackages: []string{"git"}, Copy: []string{"d"}, RuntimePackages: []string{"r"},
				BuilderOptions: Dict{{"a", Int("3")}, {"b", Int("2")}},
			}},
		},
		"constants":   {"R = 'ghcr.io/o'\nL = ['a']\nx = ImageSpec('base', packages=L)\ny = ImageSpec(registry=R, packages=L)", map[string]*Spec{"x": base, "y": {Registry: "ghcr.io/o", Packages: []string{"a"}}}},
		"not a call":  {"# ImageSpec(1)\ns = 'ImageSpec(2)'\nclass ImageSpec(X): pass\ndef f(x: ImageSpec): pass\nx = ImageSpec('base', packages=['a'])", map[string]*Spec{"x": base}},
		"odd sources": {"\ufeff#!/usr/bin/python\r\n# -*- coding: utf-8 -*-\r\nlambda = lambda x: x\r\nf = f'{a:{w}}{\"x\"!r}' rf\"\\{b}\"\r\n\\\r\nx = ImageSpec('base',\\\r\n packages=['a'])\f", map[string]*Spec{"x": base}},
		"soft words":  {"match = 1\ncase: int = 2\ntype X = int\nmatch x:\n  case [A, *B]: pass\nx2 = 3\nx = ImageSpec('base', packages=['a'])", map[string]*Spec{"x": base}},
		"None":        {"x = ImageSpec('base', None, packages=['a'], env=None, pip_secret_mounts=None, copy=None, source_copy_mode=None)", map[string]*Spec{"x": base}},
		"mounts":      {"x = ImageSpec(pip_secret_mounts=[('a', '/b'), ['c', '/d']])", map[string]*Spec{"x": {PipSecretMounts: []SecretMount{{"a", "/b"}, {"c", "/d"}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			named, err := Read(Python, "x", []byte(tt.src))
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]*Spec{}
			for _, n := range named {
				if n.Err != nil {
					t.Errorf("%s: %v", n.Name, n.Err)
				}
				got[n.Name] = n.Spec
			}
			if d := cmp.Diff(tt.want, got, same); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// TestPythonRefused: what is not known without running the program is named,
// with its place.
func TestPythonRefused(t *testing.T) {
	for src, want := range map[string]string{
		"x = ImageSpec(requirements=os.environ['R'])":                        "1:28: ImageSpec field requirements: not a literal: os.environ[...]",
		"x = ImageSpec(name=f'a{b}')":                                        "1:20: ImageSpec field name: not a literal: an f-string",
		"x = ImageSpec(name='a' f'{b}')":                                     "1:24: ImageSpec field name: not a literal: an f-string",
		"x = ImageSpec(name=b'a')":                                           "1:20: ImageSpec field name: not a text: bytes",
		"x = ImageSpec(name='a' + 'b')":                                      "1:20: ImageSpec field name: not a literal: 'a' + 'b'",
		"x = ImageSpec(name='a'.upper())":                                    "not a literal: 'a'.upper(...)",
		"x = ImageSpec(packages=[p for p in ps])":                            "1:24: ImageSpec field packages: not a literal: a comprehension",
		"x = ImageSpec(packages=['a', get(1)])":                              "1:30: ImageSpec field packages: not a literal: get(...)",
		"x = ImageSpec(packages=[*ps])":                                      "not a literal: *ps",
		"x = ImageSpec(env={**e})":                                           "not a literal: **e",
		"x = ImageSpec(env={'a'})":                                           "not a literal here: a set",
		"x = ImageSpec(env={'a': b})":                                        "not a literal: b",
		"x = ImageSpec(env={[]: 1})":                                         "a key is a list",
		"x = ImageSpec(**common)":                                            "1:15: not a literal: **common",
		"x = ImageSpec(*common)":                                             "not a literal: *common",
		"x = ImageSpec(name='a' if b else 'c')":                              "not a literal: 'a' if b else 'c'",
		"x = ImageSpec(name=lambda: 'a')":                                    "not a literal: lambda: 'a'",
		"x = ImageSpec(python_version=1j)":                                   "not a literal: 1j",
		"x = ImageSpec(python_version=012)":                                  "not a literal: 012",
		"x = ImageSpec(python_version=-'3')":                                 "not a literal: -'3'",
		"x = ImageSpec(namee='a')":                                           `1:15: an ImageSpec has no field "namee"; did you mean name?`,
		"x = ImageSpec(zzz='a')":                                             `1:15: an ImageSpec has no field "zzz"`,
		"x = ImageSpec('a', name='b')":                                       "1:25: ImageSpec field name: it is given twice",
		"x = ImageSpec(" + strings.Repeat("None, ", 30) + ")":                "field name: it is empty",
		"x = ImageSpec('a'," + strings.Repeat("None, ", 30) + ")":            "ImageSpec has only 29 fields",
		"x = ImageSpec(name=)":                                               "a value is missing",
		"x = ImageSpec(name='a',,)":                                          "a value is missing",
		"x = ImageSpec(name='')":                                             "1:20: ImageSpec field name: it is empty",
		"x = ImageSpec(name=3)":                                              "it must be a text, not the number 3",
		"x = ImageSpec(packages='a')":                                        "it must be a list of texts, not a text",
		"x = ImageSpec(packages=('a',))":                                     "it must be a list of texts, not a tuple",
		"x = ImageSpec(packages=['a', 1])":                                   "it must be a list of texts; item 2 is the number 1",
		"x = ImageSpec(env=['a'])":                                           "it must be a mapping, not a list",
		"x = ImageSpec(base_image={})":                                       "it must be a text, not a mapping",
		"x = ImageSpec(name=ImageSpec())":                                    "field name: it cannot be an ImageSpec",
		"x = ImageSpec(source_copy_mode=True)":                               "it must be one of ALL, LOADED_MODULES, NO_COPY, not the truth value True",
		"x = ImageSpec(source_copy_mode='ALLES')":                            `"ALLES" is not one of`,
		"x = ImageSpec(source_copy_mode=CopyFileDetection.ALLES)":            "not a literal: CopyFileDetection.ALLES",
		"x = ImageSpec(pip_secret_mounts='a')":                               "a list of pairs of texts, not a text",
		"x = ImageSpec(pip_secret_mounts=['a'])":                             "item 1 is not a pair",
		"x = ImageSpec(pip_secret_mounts=[('a', 1)])":                        "item 1 has something else",
		"x = ImageSpec.from_env(pinned_packages=['a'])":                      "ImageSpec.from_env asks the interpreter",
		"x = ImageSpec().with_env({})":                                       "an ImageSpec has no method with_env",
		"x = ImageSpec().with_packages('a', 'b')":                            "with_packages takes one argument",
		"x = ImageSpec().with_packages(commands='b')":                        "with_packages has no parameter commands",
		"x = ImageSpec().with_packages(None)":                                "field packages: it is None",
		"x = ImageSpec().with_packages(3)":                                   "it must be a list of texts",
		"x = ImageSpec().with_packages(q)":                                   "field packages: not a literal: q",
		"x = ImageSpec().with_builder_options('a')":                          "it must be a mapping, not a text",
		"x = ImageSpec().with_builder_options({}).with_builder_options('a')": "it must be a mapping, not a text",
		"x = ImageSpec().tag":                                                "not a literal: ImageSpec(...).tag",
		"x = ImageSpec(registry=R)":                                          "not a literal: R",
		"import R\nx = ImageSpec(registry=R)":                                "not a literal: R, of line 1",
		"from a import (b, c as R)\nx = ImageSpec(registry=R)":               "not a literal: R, of line 1",
		"R = 'a'\nR = 'b'\nx = ImageSpec(registry=R)":                        "3:24: ImageSpec field registry: R has more than one value: lines 1 and 2",
		"R = 'a'\nR += 'b'\nx = ImageSpec(registry=R)":                       "lines 1 and 2",
		"R = 'a'\nfor R in b: pass\nx = ImageSpec(registry=R)":               "lines 1 and 2",
		"R = 'a'\nwith a as (q, R): pass\nx = ImageSpec(registry=R)":         "lines 1 and 2",
		"R = 'a'\ntry: pass\nexcept E as R: pass\nx = ImageSpec(registry=R)": "lines 1 and 3",
		"R = 'a'\ndef f():\n  global R\nx = ImageSpec(registry=R)":           "lines 1 and 3",
		"R = 'a'\nprint(R := 'b')\nx = ImageSpec(registry=R)":                "lines 1 and 2",
		"R = 'a'\nif a: b = 1; R = 2\nx = ImageSpec(registry=R)":             "lines 1 and 2",
		"R = 'a'\na, (R, *b) = c\nx = ImageSpec(registry=R)":                 "lines 1 and 2",
		"R = 'a'\nclass R: pass\nx = ImageSpec(registry=R)":                  "lines 1 and 2",
		"R = 'a'\ndel R\nx = ImageSpec(registry=R)":                          "lines 1 and 2",
		"R = 'a'\nmatch q:\n case R: pass\nx = ImageSpec(registry=R)":        "lines 1 and 3",
		"R = 'a'\nfrom q import *\nx = ImageSpec(registry=R)":                "not a literal: R, which the import * of line 2 may replace",
		"if a:\n  R = 'a'\nx = ImageSpec(registry=R)":                        "not a literal: R, which line 2 assigns only under a condition",
		"R = 'a'\ndef f(R, q=1): return ImageSpec(registry=R)":               "R, which is also the name of a parameter",
		"R = 'a'\nf = lambda R: ImageSpec(registry=R)":                       "R, which is also the name of a parameter",
		"R = 'a'\nxs = [ImageSpec(registry=R) for R in q]":                   "R, which is also the name of a parameter",
		"R = q = 'a'\nx = ImageSpec(registry=R)":                             "not a literal: R, of line 1",
		"L = ['a']\nL.append('b')\nx = ImageSpec(packages=L)":                "not a literal: L, which line 2 may change",
		"L = ['a']\nL[0] = 'b'\nx = ImageSpec(packages=L)":                   "L is changed in line 2",
		"D = {}\nf(D)\nx = ImageSpec(env=D)":                                 "not a literal: D, which line 2 may change",
		"x = ImageSpec()\nx.name = 'b'":                                      "x is changed in line 2",
		"x = ImageSpec(packages=[])\nx.packages.append('b')":                 "x is changed in line 2",
		"x = ImageSpec()\nx = x.with_packages('a')":                          "x has more than one value: lines 1 and 2",
		"x = ImageSpec(base_image=x)":                                        "x refers to itself",
		"x = ImageSpec(base_image=y)\ny = y.with_packages('a')":              "not a literal: y.with_packages(...)",
		"R = S\nx = ImageSpec(registry=R)":                                   "not a literal: S",
		`x = ImageSpec(builder_config=` + strings.Repeat("1", 5000) + `)`:    "not a literal: 1111",
		"x = ImageSpec(name=get(1,\n 2).x[3] . y)":                           "not a literal: get(...).x[...] . y",
	} {
		named, err := Read(Python, "x", []byte(src))
		if err != nil {
			t.Errorf("%s\n%v", src, err)
			continue
		}
		err = errors.New("no error")
		for _, n := range named {
			if n.Err != nil {
				err = n.Err
			}
		}
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) || e.Line == 0 {
			t.Errorf("%s\nerror %v\nwant %s", src, err, want)
		}
	}
}

// TestPythonBroken: a text that is not Python is an error, with its place.
func TestPythonBroken(t *testing.T) {
	for src, want := range map[string]string{
		"":                                     "x: it has no ImageSpec",
		"print(1)":                             "x: it has no ImageSpec",
		"x = ImageSpec(":                       `x:1:14: "(" is never closed`,
		"x = ImageSpec(]":                      `x:1:15: "]" does not close the "(" of line 1`,
		"\n}":                                  `x:2:1: "}" closes nothing`,
		"x = 'a\ny = 'b'":                      "x:1:5: the text is not closed in its line",
		"x = '''a":                             "x:1:5: the text is never closed",
		"x = f'{a":                             "the text is never closed",
		"x = f'a\n'":                           "the text is not closed in its line",
		"x = f'{a:":                            "the text is never closed",
		"x = f'{a:'":                           "the text is not closed before its quote",
		"x = f'" + strings.Repeat("{'", 300):   "the text is never closed",
		"x = " + strings.Repeat(`f'{f"{`, 300): "texts are nested too deep",
		strings.Repeat("(", 300):               "brackets are nested too deep",
		`x = '\N{BULLET}'`:                     `\N{…}`,
		`x = '\x4'`:                            `\x4, which is too short`,
		`x = '\xzz'`:                           `\xzz, which is not valid`,
		`x = '\ud800'`:                         `\ud800, which is no character`,
		`x = '\U00110000'`:                     `which is no character`,
		"# coding: latin-1\nx = 1":             "its encoding is latin-1",
		"#\n# vim: fileencoding=cp1252 ":       "its encoding is cp1252",
		"x = '\xff'":                           "it is not UTF-8",
		strings.Repeat("#", MaxSize+1):         "at most",
	} {
		_, err := Read(Python, "x", []byte(src))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s\nerror %v\nwant %s", src, err, want)
		}
	}
}
