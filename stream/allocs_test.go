package stream_test

import (
	"context"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file counts allocations. The numbers are promises: a change that needs a
// higher one says why.

func TestAllocs_AnItemIsNone(t *testing.T) {
	if racing {
		t.Skip("under the race detector every item has a goroutine of its own")
	}
	for name, opts := range map[string][]braid.StreamOption{
		"ordered":   {braid.Limit(4)},
		"unordered": {braid.Limit(4), stream.Unordered},
		"inline":    {braid.Limit(1)},
	} {
		run := func(n int) func() {
			return func() {
				for _, err := range stream.Map(stream.Values(upTo(n)), double, opts...)(context.Background()) {
					if err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		few, many := testing.AllocsPerRun(5, run(20_000)), testing.AllocsPerRun(5, run(120_000))
		if each := (many - few) / 100_000; each > 0.01 {
			t.Errorf("%s: %v allocations for each item", name, each)
		}
	}
}
