package edit

import (
	"go/types"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/analysis"
)

// This file asks whether a package could be imported, before a fix imports it.

// CanImport tells whether a module's root package is in reach of a package: it is among what it
// imports, directly or not, or the go.mod requires the module, or it is that module, or one of the same workspace. The go command
// does not tell, so the files are looked for as it does.
func CanImport(pass *analysis.Pass, module string) bool {
	if imports(pass.Pkg, module, map[*types.Package]bool{}) {
		return true
	}
	if len(pass.Files) == 0 {
		return false
	}
	dir := filepath.Dir(pass.Fset.Position(pass.Files[0].FileStart).Filename)
	root, ok := above(dir, "go.mod")
	if !ok {
		return false
	}
	if has(filepath.Join(root, "go.mod"), module) {
		return true
	}
	work := os.Getenv("GOWORK")
	if work == "off" {
		return false
	}
	if work == "" {
		top, ok := above(root, "go.work")
		if !ok {
			return false
		}
		work = filepath.Join(top, "go.work")
	}
	text, err := os.ReadFile(work)
	if err != nil {
		return false
	}
	f, err := modfile.ParseWork(work, text, nil)
	if err != nil {
		return false
	}
	for _, use := range f.Use {
		path := use.Path
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(work), path)
		}
		if text, err := os.ReadFile(filepath.Join(path, "go.mod")); err == nil && modfile.ModulePath(text) == module {
			return true
		}
	}
	return false
}

func imports(pkg *types.Package, module string, seen map[*types.Package]bool) bool {
	if seen[pkg] {
		return false
	}
	seen[pkg] = true
	if pkg.Path() == module {
		return true
	}
	for _, p := range pkg.Imports() {
		if imports(p, module, seen) {
			return true
		}
	}
	return false
}

func above(dir, name string) (string, bool) {
	for {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return dir, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}

func has(gomod, module string) bool {
	text, err := os.ReadFile(gomod)
	if err != nil {
		return false
	}
	f, err := modfile.ParseLax(gomod, text, nil)
	if err != nil {
		return false
	}
	if f.Module != nil && f.Module.Mod.Path == module {
		return true
	}
	for _, r := range f.Require {
		if r.Mod.Path == module {
			return true
		}
	}
	return false
}
