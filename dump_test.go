package braid_test

import (
	"testing"

	"github.com/braid-go/braid"
)

func TestAStackIsToldByTheUsersInnermostFunction(t *testing.T) {
	const (
		engine = "github.com/braid-go/braid.exec({0xc0, 0x0}, 0xc0)\n\t/src/braid/engine.go:1 +0x1\n"
		user   = "example.com/shop/cart.(*Cart).load(0xc0)\n\t/src/shop/cart.go:17 +0x2\n"
		other  = "created by github.com/braid-go/braid.(*Group).launch in goroutine 7\n\t/src/braid/worker.go:30 +0x3"
	)
	own := "\t" + braid.SourceFile("service/http.go") + ":67 +0x4\n"
	for stack, want := range map[string]string{
		"goroutine 9 [chan receive]:\n" + user + engine + other:                                                               "cart.(*Cart).load (cart.go:17): chan receive",
		"goroutine 9 [select, 5 minutes]:\n" + engine + other:                                                                 "select, 5 minutes",
		"goroutine 9 [select]:\nexample.com/shop/cart.Serve.HTTPOn.func5()\n" + own + user + engine + other:                   "cart.(*Cart).load (cart.go:17): select",
		"goroutine 9 [select]:\ngithub.com/braid-go/braid/service.(*run).loop(0xc0)\n\t/src/run.go:1 +0x1\n" + engine + other: "select",
		"goroutine 9 [select]:\ngithub.com/braid-go/braid/examples/shop.Serve()\n\t/src/shop.go:1 +0x1\n" + engine + other:    "shop.Serve (shop.go:1): select",
	} {
		if got := braid.BlockedIn(stack); got != want {
			t.Errorf("%q, want %q, of\n%s", got, want, stack)
		}
	}
}
