package work

import "runtime"

// This file is fixed workers, one for each processor, at the end of a pipeline.

var _ = peerWorkers.also(
	collecting.making(func(func(func())) mapSeqFunc { return workersMapSeq(runtime.GOMAXPROCS(0)) }),
	doingStream.making(func(func(func())) eachSeqFunc { return workersEachSeq(runtime.GOMAXPROCS(0)) }),
)
