//go:build !race

package braid

import "sync"

// What race_on.go does for the race detector costs nothing without it.

const reuse = true

func (g *Group) lockUnseen()   { g.mu.Lock() }
func (g *Group) unlockUnseen() { g.mu.Unlock() }

func raceOff() {}
func raceOn()  {}

func published(*sync.Mutex) {}
func seen(*sync.Mutex)      {}

func (g *Group) sees(edge)  {}
func (g *Group) shows(edge) {}
