package braid

import (
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// This file names things: functions and places in the source, and the paths of
// groups and tasks. Names are put together when somebody asks, and never while
// a task is being started.

// path gives the names of what is above the group and its own, if it has one.
func (g *Group) path() string {
	if g.above() == nil {
		return g.cfg.name
	}
	var names []string
	for ; g != nil; g = g.above() {
		names = append(names, g.cfg.name)
		if g.upTask != nil {
			names = append(names, g.upTask.name())
		}
	}
	return joinUpwards(names)
}

// above gives the group in which the group was opened, or nil.
func (g *Group) above() *Group {
	if g.upTask != nil {
		return g.upTask.g
	}
	return g.upGroup
}

// label names the group for a person, also if it has no name.
func (g *Group) label() string {
	if path := g.path(); path != "" {
		return path
	}
	return "opened at " + siteOf(g.pc).String()
}

func joinPath(path, name string) string {
	switch {
	case path == "":
		return name
	case name == "":
		return path
	}
	return path + "/" + name
}

// funcPC gives the entry of the function behind fn, a function value.
func funcPC(fn any) uintptr { return reflect.ValueOf(fn).Pointer() }

// A Site is a place in the source of the program.
type Site struct {
	Func string // the function's full name, as runtime.Func gives it
	File string // the file's full path
	Line int    // counted from 1
}

// String gives "file:line", with only the last element of the path.
func (s Site) String() string {
	if s.File == "" {
		return "unknown"
	}
	file := s.File
	for i := len(file) - 1; i >= 0; i-- {
		if file[i] == '/' {
			file = file[i+1:]
			break
		}
	}
	return file + ":" + strconv.Itoa(s.Line)
}

// siteOf resolves a program counter inside a function (its entry, or a return
// address less one). It is called when somebody asks, never while a task is
// being started.
func siteOf(pc uintptr) Site {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return Site{}
	}
	file, line := f.FileLine(pc)
	return Site{Func: f.Name(), File: file, Line: line}
}

// funcName shortens the name of the function at pc to what a reader of an
// error needs: "fetchUser", "Serve.func1", without the package.
func funcName(pc uintptr) string {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return ""
	}
	name := f.Name()
	name = name[strings.LastIndexByte(name, '/')+1:]
	if dot := strings.IndexByte(name, '.'); dot >= 0 {
		name = name[dot+1:]
	}
	return strings.TrimSuffix(name, "-fm")
}

// groupInfo is what errors keep of a group: a few words, not the group. Names
// are put together only when somebody asks, so that failing at every level of
// a deep tree does not build every path in it.
type groupInfo struct {
	up   *groupInfo // of the group above, or nil
	task string     // the task of it in which the group was opened; empty for its body
	name string
	pc   uintptr
}

// path gives the names of the groups and tasks above and of the group itself.
func (in *groupInfo) path() string {
	var names []string
	for ; in != nil; in = in.up {
		names = append(names, in.name, in.task)
	}
	return joinUpwards(names)
}

// joinUpwards makes a path of names that are listed from the bottom up.
func joinUpwards(names []string) string {
	names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
	slices.Reverse(names)
	return strings.Join(names, "/")
}
