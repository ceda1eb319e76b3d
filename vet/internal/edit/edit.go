// Package edit makes the pieces of suggested fixes: source text, the removal of
// statements, imports, names that mean what they should at a place. Whoever asks
// for something that cannot be had is told so, and offers no fix then.
package edit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// File is one file that is being edited.
type File struct {
	pass *analysis.Pass
	ast  *ast.File
	tok  *token.File
	text []byte
	gone map[int]int // the lines that Delete has removed: where they end, and begin
}

// At gives the file of a place, or nil if it cannot be read.
func At(pass *analysis.Pass, pos token.Pos) *File {
	for _, f := range pass.Files {
		if f.FileStart <= pos && pos < f.FileEnd {
			tok := pass.Fset.File(f.FileStart)
			text, err := pass.ReadFile(tok.Name())
			if err != nil || len(text) != tok.Size() {
				return nil
			}
			return &File{pass, f, tok, text, map[int]int{}}
		}
	}
	return nil
}

// Name gives the file's name.
func (f *File) Name() string { return f.tok.Name() }

// Imports gives the file's imports.
func (f *File) Imports() []*ast.ImportSpec { return f.ast.Imports }

// Text gives the source text of a node.
func (f *File) Text(n ast.Node) string { return f.Between(n.Pos(), n.End()) }

// Between gives the source text from one place to another.
func (f *File) Between(from, to token.Pos) string {
	return string(f.text[f.tok.Offset(from):f.tok.Offset(to)])
}

// Replace puts text where [from, to) is.
func Replace(from, to token.Pos, format string, args ...any) analysis.TextEdit {
	return analysis.TextEdit{Pos: from, End: to, NewText: fmt.Appendf(nil, format, args...)}
}

// Insert puts text before a place.
func Insert(at token.Pos, format string, args ...any) analysis.TextEdit {
	return Replace(at, at, format, args...)
}

// Delete removes a statement: with its line if it is alone there, else with the
// semicolon behind it. The empty lines behind go too if it is the first of its block, or only
// what has been deleted stands before it there.
func (f *File) Delete(n ast.Node) analysis.TextEdit {
	start, end := f.tok.Offset(n.Pos()), f.tok.Offset(n.End())
	for end < len(f.text) && (f.text[end] == ' ' || f.text[end] == '\t' || f.text[end] == ';') {
		end++
	}
	lineStart := bytes.LastIndexByte(f.text[:start], '\n') + 1
	if len(bytes.TrimSpace(f.text[lineStart:start])) == 0 && end < len(f.text) && f.text[end] == '\n' {
		start, end = lineStart, end+1
		first := start
		for before, ok := f.gone[first]; ok; before, ok = f.gone[first] {
			first = before
		}
		if bytes.HasSuffix(bytes.TrimRight(f.text[:first], " \t\n"), []byte("{")) {
			for {
				line, _, found := bytes.Cut(f.text[end:], []byte("\n"))
				if !found || len(bytes.TrimSpace(line)) > 0 {
					break
				}
				end += len(line) + 1
			}
		}
		f.gone[end] = start
	}
	return analysis.TextEdit{Pos: f.tok.Pos(start), End: f.tok.Pos(end)}
}

// AtEnd puts a statement at the end of a block.
func (f *File) AtEnd(b *ast.BlockStmt, text string) analysis.TextEdit {
	before := bytes.TrimRight(f.text[:f.tok.Offset(b.Rbrace)], " \t")
	if !bytes.HasSuffix(before, []byte("\n")) {
		text = "\n" + text
	}
	return Insert(b.Rbrace, "%s\n", text)
}

// Comments gives the comments between two places, each on lines of its own.
func (f *File) Comments(from, to token.Pos) string {
	var b strings.Builder
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			if from <= c.Pos() && c.End() <= to {
				b.WriteString(c.Text + "\n")
			}
		}
	}
	return b.String()
}

// lookup gives what a name means at a place.
func (f *File) lookup(name string, at token.Pos) types.Object {
	scope := f.pass.Pkg.Scope().Innermost(at)
	if scope == nil {
		return nil
	}
	_, o := scope.LookupParent(name, at)
	return o
}

// Universe tells whether predeclared names have their own meaning at a place.
func (f *File) Universe(at token.Pos, names ...string) bool {
	for _, name := range names {
		if f.lookup(name, at) != types.Universe.Lookup(name) {
			return false
		}
	}
	return true
}

// Means tells whether a name means that object at a place.
func (f *File) Means(name string, o types.Object, at token.Pos) bool {
	return f.lookup(name, at) == o
}

// Same tells whether a name means the same at two places.
func (f *File) Same(name string, a, b token.Pos) bool { return f.lookup(name, a) == f.lookup(name, b) }

// SameText tells whether all names in the text of an expression, or a type, mean the same at two places.
func (f *File) SameText(text string, a, b token.Pos) bool {
	if text == "" {
		return true
	}
	e, err := parser.ParseExpr(text)
	if err != nil {
		return false
	}
	same := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				same = same && f.Same(id.Name, a, b)
				return false
			}
		case *ast.Ident:
			same = same && f.Same(n.Name, a, b)
		}
		return true
	})
	return same
}

// Dots tells whether the file has a dot import of a package, which may be left without a use.
func (f *File) Dots(path string) bool {
	return slices.ContainsFunc(f.ast.Imports, func(s *ast.ImportSpec) bool {
		return s.Name != nil && s.Name.Name == "." && s.Path.Value == strconv.Quote(path)
	})
}

// Import gives the name of an imported package at a place, and the edit that
// imports it if it is not yet; false if the name would mean something else.
func (f *File) Import(path, name string, at token.Pos) (string, []analysis.TextEdit, bool) {
	for _, spec := range f.ast.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err != nil || p != path {
			continue
		}
		local := name
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if local == "_" || local == "." {
			continue
		}
		pkg, ok := f.lookup(local, at).(*types.PkgName)
		return local, nil, ok && pkg.Imported().Path() == path
	}
	if f.lookup(name, at) != nil || f.pass.Pkg.Scope().Lookup(name) != nil {
		return "", nil, false
	}
	return name, []analysis.TextEdit{f.addImport(path)}, true
}

func (f *File) addImport(path string) analysis.TextEdit {
	std := !strings.Contains(strings.SplitN(path, "/", 2)[0], ".")
	var last *ast.GenDecl
	for _, d := range f.ast.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			break
		}
		last = g
		if !g.Lparen.IsValid() || len(g.Specs) == 0 {
			continue
		}
		if std {
			return Insert(g.Specs[0].Pos(), "%q\n\t", path)
		}
		end := g.Specs[len(g.Specs)-1].(*ast.ImportSpec)
		if f.tok.Line(end.End()) == f.tok.Line(g.Rparen) {
			return Insert(g.Rparen, "\n\t%q\n", path)
		}
		gap := "\n\n\t"
		if strings.Contains(strings.SplitN(end.Path.Value, "/", 2)[0], ".") {
			gap = "\n\t"
		}
		return Insert(f.endOfLine(end.End()), "%s%q", gap, path)
	}
	if last != nil {
		return Insert(f.endOfLine(last.End()), "\nimport %q", path)
	}
	return Insert(f.endOfLine(f.ast.Name.End()), "\n\nimport %q", path)
}

func (f *File) endOfLine(pos token.Pos) token.Pos {
	at := f.tok.Offset(pos)
	if n := bytes.IndexByte(f.text[at:], '\n'); n >= 0 {
		at += n
	} else {
		at = len(f.text)
	}
	return f.tok.Pos(at)
}

// Fresh gives the first of the names that no identifier within n has, and that is not taken otherwise.
func Fresh(n ast.Node, taken map[string]bool, names ...string) (string, bool) {
	used := maps.Clone(taken)
	if used == nil {
		used = map[string]bool{}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			used[id.Name] = true
		}
		return true
	})
	for _, name := range names {
		if !used[name] {
			return name, true
		}
	}
	return "", false
}

// Since tells whether the file is written in that version of Go ("go1.22") or a newer one.
func (f *File) Since(version string) bool {
	v := f.pass.TypesInfo.FileVersions[f.ast]
	return v == "" || !less(v, version)
}

func less(a, b string) bool {
	parts := func(s string) (major, minor int) {
		s = strings.TrimPrefix(s, "go")
		x, y, _ := strings.Cut(s, ".")
		y, _, _ = strings.Cut(y, ".")
		major, _ = strconv.Atoi(x)
		minor, _ = strconv.Atoi(y)
		return
	}
	a1, a2 := parts(a)
	b1, b2 := parts(b)
	return a1 < b1 || a1 == b1 && a2 < b2
}

// Zero gives the zero value of a type that is written so; false if there is no short form.
func Zero(t types.Type, text string) (string, bool) {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch info := u.Info(); {
		case info&types.IsString != 0:
			return `""`, true
		case info&types.IsBoolean != 0:
			return "false", true
		case info&types.IsNumeric != 0:
			return "0", true
		}
	case *types.Struct, *types.Array:
		return text + "{}", true
	case *types.Interface:
		if _, ok := t.(*types.TypeParam); !ok {
			return "nil", true
		}
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature:
		return "nil", true
	}
	return "", false
}
