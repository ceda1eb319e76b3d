package service

import (
	"os"
	"syscall"
)

// This file says which signals stop a service.

// Signals lets signals to the process stop the service: the first begins the
// soft stop, and one that comes while the service is stopping, for whatever
// reason, the hard one. From then on, and after Run has returned, signals do
// what they did before, so that one more ends the process.
//
// The signals are os.Interrupt (Ctrl-C) and SIGTERM if none are given. One that
// was ignored when the program started, as nohup does, stays so. Signals panics
// if a signal is nil.
func Signals(sigs ...os.Signal) Option {
	if len(sigs) == 0 {
		sigs = []os.Signal{os.Interrupt, syscall.SIGTERM}
	}
	for _, sig := range sigs {
		if sig == nil {
			panic("service: Signals called with a nil signal")
		}
	}
	return option(func(c *config) {
		c.once(seenSignals, "Signals")
		c.signals = sigs
	})
}

// SignalsFrom is [Signals] with signals that come out of c instead of from the
// system, for a test or for a program that collects them itself. It panics if c
// is nil.
func SignalsFrom(c <-chan os.Signal) Option {
	if c == nil {
		panic("service: SignalsFrom called with a nil channel")
	}
	return option(func(cfg *config) {
		cfg.once(seenSignals, "Signals")
		cfg.from = c
	})
}
