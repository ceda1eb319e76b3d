// SARIF 2.1.0, which code hosts read: the findings, the rules they come from
// with their pages, and the fixes.

package vet

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/braid-go/braid/vet/rules"
)

const (
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	home        = "https://github.com/braid-go/braid"
)

type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		OriginalURIBaseIDs map[string]sarifArtifact `json:"originalUriBaseIds"`
		ColumnKind         string                   `json:"columnKind"`
		Results            []sarifResult            `json:"results"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string            `json:"id"`
		ShortDescription sarifText         `json:"shortDescription"`
		FullDescription  *sarifText        `json:"fullDescription,omitempty"`
		Help             *sarifText        `json:"help,omitempty"`
		HelpURI          string            `json:"helpUri,omitempty"`
		Default          map[string]string `json:"defaultConfiguration"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact sarifArtifact `json:"artifactLocation"`
			Region   sarifRegion   `json:"region"`
		} `json:"physicalLocation"`
		Message *sarifText `json:"message,omitempty"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int  `json:"startLine,omitempty"`
		StartColumn int  `json:"startColumn,omitempty"`
		EndLine     int  `json:"endLine,omitempty"`
		EndColumn   int  `json:"endColumn,omitempty"`
		CharOffset  *int `json:"charOffset,omitempty"`
		CharLength  *int `json:"charLength,omitempty"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

// sources keeps the files that findings are in, read once each.
type sources struct {
	dir   string
	files map[string]source
}

type source struct {
	text  string
	lines []string
}

func (s *sources) file(name string) source {
	if f, ok := s.files[name]; ok {
		return f
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.dir, path)
	}
	text, _ := os.ReadFile(path) // of one that is gone nothing but its name is told
	f := source{string(text), strings.Split(string(text), "\n")}
	s.files[name] = f
	return f
}

// column turns a column in bytes into one in characters, as SARIF counts.
func (s *sources) column(name string, line, column int) int {
	lines := s.file(name).lines
	if line > len(lines) {
		return column
	}
	text := lines[line-1]
	return len([]rune(text[:min(column-1, len(text))])) + 1
}

func writeSARIF(w io.Writer, found []*Finding, dir string) error {
	src := &sources{dir, map[string]source{}}
	run := sarifRun{
		OriginalURIBaseIDs: map[string]sarifArtifact{"SRCROOT": {URI: fileURI(dir) + "/"}},
		ColumnKind:         "unicodeCodePoints",
		Results:            []sarifResult{},
	}
	index := map[string]int{}
	add := func(r sarifRule) {
		index[r.ID] = len(run.Tool.Driver.Rules)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, r)
	}
	for _, r := range rules.All() {
		for _, s := range r.Shapes {
			add(sarifRule{
				ID:               r.Name + "/" + s.Name,
				ShortDescription: sarifText{Text: s.What},
				FullDescription:  &sarifText{Text: r.Title + "."},
				Help:             &sarifText{Text: r.Page(), Markdown: r.Page()},
				HelpURI:          r.Analyzer.URL,
				Default:          map[string]string{"level": string(s.Severity)},
			})
		}
	}
	seen := map[string]int{}
	for _, f := range found {
		id := f.id()
		if _, ok := index[id]; !ok { // one of Go's own
			add(sarifRule{
				ID:               id,
				ShortDescription: sarifText{Text: "go vet's analyzer " + f.Rule},
				HelpURI:          "https://pkg.go.dev/cmd/vet",
				Default:          map[string]string{"level": string(f.Severity)},
			})
		}
		res := sarifResult{
			RuleID: id, RuleIndex: index[id], Level: string(f.Severity),
			Message:   sarifText{Text: f.Message},
			Locations: []sarifLocation{src.location(f.Span, "")},
		}
		for _, r := range f.Related {
			res.Related = append(res.Related, src.location(r.Span, r.Message))
		}
		// A finding stays the same while the lines above it change: it is known by
		// its line's text, and by its number among those that are alike.
		line := ""
		if lines := src.file(f.File).lines; f.Line <= len(lines) {
			line = strings.TrimSpace(lines[f.Line-1])
		}
		print := fmt.Sprintf("%.8x", sha256.Sum256([]byte(id+"\x00"+f.File+"\x00"+line)))
		res.Fingerprints = map[string]string{"primaryLocationLineHash": fmt.Sprintf("%s:%d", print, seen[print]+1)}
		seen[print]++
		for _, fix := range f.Fixes {
			res.Fixes = append(res.Fixes, src.fix(fix))
		}
		run.Results = append(run.Results, res)
	}
	run.Tool.Driver.Name, run.Tool.Driver.InformationURI = "braid vet", home
	enc := json.NewEncoder(w)
	enc.SetIndent("", "\t")
	enc.SetEscapeHTML(false)
	return enc.Encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

func (s *sources) location(at Span, message string) (l sarifLocation) {
	l.Physical.Artifact = artifact(at.File)
	l.Physical.Region = sarifRegion{
		StartLine: at.Line, StartColumn: s.column(at.File, at.Line, at.Column),
		EndLine: at.EndLine, EndColumn: s.column(at.File, at.EndLine, at.EndColumn),
	}
	if message != "" {
		l.Message = &sarifText{Text: message}
	}
	return l
}

func (s *sources) fix(fix Fix) sarifFix {
	out := sarifFix{Description: sarifText{Text: fix.Message}}
	changes := map[string]int{}
	for _, e := range fix.Edits {
		if _, ok := changes[e.File]; !ok {
			changes[e.File] = len(out.Changes)
			out.Changes = append(out.Changes, sarifChange{Artifact: artifact(e.File)})
		}
		text := s.file(e.File).text
		start, end := min(e.Start, len(text)), min(e.End, len(text))
		offset, length := len([]rune(text[:start])), len([]rune(text[start:max(start, end)]))
		c := &out.Changes[changes[e.File]]
		c.Replacements = append(c.Replacements, sarifReplacement{
			Deleted:  sarifRegion{CharOffset: &offset, CharLength: &length},
			Inserted: sarifText{Text: e.New},
		})
	}
	return out
}

func artifact(file string) sarifArtifact {
	if filepath.IsAbs(file) {
		return sarifArtifact{URI: fileURI(file)}
	}
	return sarifArtifact{URI: (&url.URL{Path: filepath.ToSlash(file)}).String(), URIBaseID: "SRCROOT"}
}

func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}
