package braid_test

import (
	"go/doc"
	"path"
	"testing"

	"github.com/braid-go/braid/internal/shown"
)

// This file keeps the examples complete.

// packages are the folders of this module's packages.
var packages = []string{".", "braidtest", "engine", "inspect", "progress", "service", "stream"}

func TestEveryExportedFunctionMethodAndTypeHasAnExample(t *testing.T) {
	for _, dir := range packages {
		t.Run(dir, func(t *testing.T) { shown.Check(t, dir, importPath(dir)) })
	}
}

func packageDoc(t *testing.T, dir string) *doc.Package {
	return shown.Package(t, dir, importPath(dir))
}

func importPath(dir string) string { return path.Join("github.com/braid-go/braid", dir) }
