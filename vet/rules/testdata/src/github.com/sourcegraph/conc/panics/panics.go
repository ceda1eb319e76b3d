// Package panics has the declarations of github.com/sourcegraph/conc/panics that rules look at.
package panics

type Recovered struct{ Value any }

func (p *Recovered) AsError() error { return nil }
func (p *Recovered) String() string { return "" }
