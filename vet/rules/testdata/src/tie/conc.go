package tie

import (
	"github.com/sourcegraph/conc/iter"
	"github.com/sourcegraph/conc/stream"
)

func doubled(in []int) []int {
	iter.ForEach(in, func(n *int) { *n *= 2 })                                   // want `could be braid.Each`
	return iter.Map(iter.Mapper[int, int]{MaxGoroutines: 2}.Map(in, half), half) // want `could be braid.Map` `could be braid.Map with a Limit`
}

func half(n *int) int { return *n / 2 }

func ordered() *stream.Stream { return stream.New() } // want `could be a stream of package stream`
