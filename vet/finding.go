// Findings, as go vet -json tells of them.

package vet

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/braid-go/braid/vet/rules"
)

// Finding is one place where something is wrong, as -json prints it.
type Finding struct {
	Rule     string         `json:"rule"`            // the analyzer
	Shape    string         `json:"shape,omitempty"` // which of the rule's shapes; Go's own analyzers have none
	Severity rules.Severity `json:"severity"`
	Message  string         `json:"message"`
	Package  string         `json:"package"`
	Span
	Related []Related `json:"related,omitempty"`
	Fixes   []Fix     `json:"fixes,omitempty"`
}

// Span is a part of a file. Lines and columns count from 1, columns in bytes.
type Span struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
}

// Related is another place that has to do with a finding.
type Related struct {
	Message string `json:"message"`
	Span
}

// Fix is a way to mend a finding: all of its edits, or none.
type Fix struct {
	Message string `json:"message"`
	Edits   []Edit `json:"edits"`
}

// Edit replaces the bytes [Start, End) of a file.
type Edit struct {
	File  string `json:"filename"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	New   string `json:"new"`
}

// id is the finding's rule as text output and SARIF name it.
func (f *Finding) id() string {
	if f.Shape == "" {
		return f.Rule
	}
	return f.Rule + "/" + f.Shape
}

// diagnostic is a finding in the form of go vet -json.
type diagnostic struct {
	Category string `json:"category"`
	place
	Fixes   []Fix   `json:"suggested_fixes"`
	Related []place `json:"related"`
}

type place struct {
	Posn    string `json:"posn"`
	End     string `json:"end"`
	Message string `json:"message"`
}

// read takes in the output of go vet -json: for each package a comment, and an
// object of objects, package → analyzer → diagnostics. It gives the findings in
// the order of their places, files relative to dir where they are below it.
func read(output []byte, dir string) ([]*Finding, error) {
	// Comments begin with # in the first column, where no line of indented JSON does.
	var text bytes.Buffer
	for line := range bytes.Lines(output) {
		if !bytes.HasPrefix(line, []byte("#")) {
			text.Write(line)
		}
	}
	var out []*Finding
	var failed []error
	for dec := json.NewDecoder(&text); ; {
		var tree map[string]map[string]json.RawMessage
		if err := dec.Decode(&tree); err == io.EOF {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go vet's output cannot be read: %w", err)
		}
		for pkg, byAnalyzer := range tree {
			for analyzer, raw := range byAnalyzer {
				var list []diagnostic
				if err := json.Unmarshal(raw, &list); err != nil {
					var failure struct{ Error string }
					_ = json.Unmarshal(raw, &failure)
					failed = append(failed, fmt.Errorf("%s: %s: %s", pkg, analyzer, cmp.Or(failure.Error, err.Error())))
					continue
				}
				for _, d := range list {
					out = append(out, d.finding(analyzer, pkg, dir))
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b *Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column,
			strings.Compare(a.id(), b.id()), strings.Compare(a.Message, b.Message))
	})
	return out, errors.Join(failed...)
}

func (d *diagnostic) finding(analyzer, pkg, dir string) *Finding {
	pkg, _, _ = strings.Cut(pkg, " ") // "p [p.test]" is p with its tests
	f := &Finding{
		Rule: analyzer, Severity: rules.Find(d.Category), Message: d.Message, Package: pkg,
		Span: d.span(dir), Fixes: d.Fixes,
	}
	if rule, shape, ok := strings.Cut(d.Category, "/"); ok && rule == analyzer {
		f.Shape = shape
	}
	for i := range f.Fixes {
		for j := range f.Fixes[i].Edits {
			e := &f.Fixes[i].Edits[j]
			e.File = relative(e.File, dir)
		}
	}
	for _, r := range d.Related {
		f.Related = append(f.Related, Related{r.Message, r.span(dir)})
	}
	return f
}

func (p *place) span(dir string) Span {
	file, line, column := position(p.Posn)
	_, endLine, endColumn := position(p.End)
	return Span{relative(file, dir), line, column, endLine, endColumn}
}

// position takes file:line:column apart; line and column may be missing.
func position(s string) (file string, line, column int) {
	cut := func() int {
		i := strings.LastIndexByte(s, ':')
		if i < 0 {
			return 0
		}
		n, err := strconv.Atoi(s[i+1:])
		if err != nil {
			return 0
		}
		s = s[:i]
		return n
	}
	column = cut()
	line = cut()
	if line == 0 {
		line, column = column, 0
	}
	return s, max(line, 1), max(column, 1)
}

func relative(file, dir string) string {
	if !filepath.IsAbs(file) {
		return file
	}
	rel, err := filepath.Rel(dir, file)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return file
	}
	return rel
}
