// Package conc has the declarations of github.com/sourcegraph/conc that rules look at.
package conc

import "github.com/sourcegraph/conc/panics"

type WaitGroup struct{ _ int }

func NewWaitGroup() *WaitGroup   { return nil }
func (h *WaitGroup) Go(f func()) {}
func (h *WaitGroup) Wait()       {}

func (h *WaitGroup) WaitAndRecover() *panics.Recovered { return nil }
