package sleep

import (
	"net/http"
	"time"
)

type peer struct{}

func (p *peer) OnOpen(func())       {}
func (p *peer) Once(func(), string) {}

// What an event calls runs at some other time.

func signals(w http.ResponseWriter, r *http.Request, p *peer) {
	p.OnOpen(func() {
		for range time.Tick(time.Second) {
		}
	})
	p.Once(func() {
		for range time.Tick(time.Second) { // want `the loop over the ticker never looks at r.Context`
		}
	}, "x")
}
