package work

import "runtime"

// This file is conc where a pipeline is its stream, or ends in a pool. For the
// other stages it has nothing that is more than `go`.

var _ = peerConc.also(
	filtering.by(filterBy(concOrdered)),
	reducing.by(reduceBy(concOrdered)),
	collecting.making(func(func(func())) mapSeqFunc { return concMapSeq(runtime.GOMAXPROCS(0)) }),
	doingStream.making(func(func(func())) eachSeqFunc { return concEachSeq(runtime.GOMAXPROCS(0)) }),
)
