package temporal

import (
	"time"

	"go.temporal.io/sdk/converter"
	sdk "go.temporal.io/sdk/temporal"
)

// This file is the options of Engine.

// An EngineOption is an option of [Engine].
type EngineOption interface{ applyToEngine(*engineConfig) }

type engineConfig struct {
	seen      uint32
	batch     int
	attempts  int
	heartbeat time.Duration
	conv      converter.DataConverter
	search    sdk.SearchAttributes
}

const (
	seenBatch uint32 = 1 << iota
	seenAttempts
	seenHeartbeat
	seenConverter
	seenSearchAttributes
)

type batchOption int

// Batch sets how many inputs a worker is given at a time, as tasks of one group.
// Without it about 200 batches of a job of many inputs are handed out at once, and
// one input is in each if there are no more. It panics if n is less than one.
func Batch(n int) EngineOption {
	if n < 1 {
		panic("braid: Batch must be at least 1")
	}
	return batchOption(n)
}

func (o batchOption) applyToEngine(c *engineConfig) {
	once(&c.seen, seenBatch, "Batch")
	c.batch = int(o)
}

type attemptsOption int

// Attempts sets how many workers may die over a batch, or not know its task, before it has
// failed; the default is 10. Errors of tasks have no part in this: they are final, or
// retried by [engine.Retry]. It panics if n is less than one.
func Attempts(n int) EngineOption {
	if n < 1 {
		panic("braid: Attempts must be at least 1")
	}
	return attemptsOption(n)
}

func (o attemptsOption) applyToEngine(c *engineConfig) {
	once(&c.seen, seenAttempts, "Attempts")
	c.attempts = int(o)
}

type heartbeatOption time.Duration

// Heartbeat sets how long a worker may be silent before another one is given its
// batch; the default is 10 s. It panics if d is less than a second.
func Heartbeat(d time.Duration) EngineOption {
	if d < time.Second {
		panic("braid: Heartbeat must be at least a second")
	}
	return heartbeatOption(d)
}

func (o heartbeatOption) applyToEngine(c *engineConfig) {
	once(&c.seen, seenHeartbeat, "Heartbeat")
	c.heartbeat = time.Duration(o)
}

type converterOption struct{ converter.DataConverter }

// Converter names the DataConverter that the engine's client was made with, if it
// is not the SDK's default one: results are read with it. It panics if conv is nil.
func Converter(conv converter.DataConverter) EngineOption {
	if conv == nil {
		panic("braid: Converter called with a nil converter")
	}
	return converterOption{conv}
}

func (o converterOption) applyToEngine(c *engineConfig) {
	once(&c.seen, seenConverter, "Converter")
	c.conv = o.DataConverter
}

type searchOption struct{ sdk.SearchAttributes }

// SearchAttributes gives the workflows of the engine's jobs attributes by which
// they can be found on the server: see NewSearchAttributes of the SDK. The
// namespace has to know their names and types; if it does not, a job fails with an
// error that names them, and nothing is started.
func SearchAttributes(attributes sdk.SearchAttributes) EngineOption { return searchOption{attributes} }

func (o searchOption) applyToEngine(c *engineConfig) {
	once(&c.seen, seenSearchAttributes, "SearchAttributes")
	c.search = o.SearchAttributes
}
