package b

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// want-rule (b): the semaphore bounds the goroutines, but the last four are left running when the function returns
func (m *Mirror) Push(ctx context.Context, blobs []Blob) error {
	const workers = 4
	var err error
	sem := semaphore.NewWeighted(workers)
	for _, b := range blobs {
		if err = sem.Acquire(ctx, 1); err != nil {
			break
		}
		go func() {
			defer sem.Release(1)
			m.put(ctx, b)
		}()
	}
	return err
}

// fine: the goroutines are joined in the same function, by taking the whole of the semaphore
func (m *Mirror) PushOK(ctx context.Context, blobs []Blob) error {
	const workers = 4
	var err error
	sem := semaphore.NewWeighted(workers)
	for _, b := range blobs {
		if err = sem.Acquire(ctx, 1); err != nil {
			break
		}
		go func() {
			defer sem.Release(1)
			m.put(ctx, b)
		}()
	}
	// The uploads look at ctx; this only waits until the last one has ended.
	return errors.Join(err, sem.Acquire(context.WithoutCancel(ctx), workers))
}

// want-rule (b): within the group's task a goroutine of nobody's is started for the second publication
func (l *Ledger) Append(ctx context.Context, evs []Event) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, ev := range evs {
		g.Go(func() error {
			go func() {
				if err := l.bus.Publish(ctx, ev); err != nil {
					slog.WarnContext(ctx, "ledger: publish", "seq", ev.Seq, "err", err)
				}
			}()
			return l.log.Publish(ctx, ev)
		})
	}
	return g.Wait()
}

// fine: the second publication is a task of the same group
func (l *Ledger) AppendOK(ctx context.Context, evs []Event) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, ev := range evs {
		g.Go(func() error {
			return l.bus.Publish(ctx, ev)
		})
		g.Go(func() error {
			return l.log.Publish(ctx, ev)
		})
	}
	return g.Wait()
}

// want-rule (b): if the manifest cannot be had the function leaves without having waited for the group
func (m *Mirror) Check(ctx context.Context, name string, b Blob) ([]string, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return m.reg.Put(gctx, b)
	})
	layers, err := m.reg.Manifest(gctx, name)
	switch {
	case err != nil:
		return nil, err
	case len(layers) == 0:
		layers = []string{b.Digest}
	}
	return layers, g.Wait()
}

// fine: on every way out the group has been waited for
func (m *Mirror) CheckOK(ctx context.Context, name string, b Blob) ([]string, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return m.reg.Put(gctx, b)
	})
	layers, err := m.reg.Manifest(gctx, name)
	switch {
	case err != nil:
		return nil, errors.Join(err, g.Wait())
	case len(layers) == 0:
		layers = []string{b.Digest}
	}
	return layers, g.Wait()
}

// want-rule (b): only the first answer is received, so all other goroutines block in their send for good
func (m *Mirror) Fastest(ctx context.Context, digest string) ([]byte, error) {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan Answer)
	for _, p := range m.peers {
		wg.Go(func() {
			data, err := p.Lookup(ctx, digest)
			answers <- Answer{data, err}
		})
	}
	select {
	case a := <-answers:
		return a.Data, a.Err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// fine: the channel has room for the answer of each peer, so no send blocks, and all are waited for
func (m *Mirror) FastestOK(ctx context.Context, digest string) ([]byte, error) {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan Answer, len(m.peers))
	for _, p := range m.peers {
		wg.Go(func() {
			data, err := p.Lookup(ctx, digest)
			answers <- Answer{data, err}
		})
	}
	select {
	case a := <-answers:
		return a.Data, a.Err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// part of UploadAll: uploads one blob as a goroutine of the batch
func (b *Batch) upload(ctx context.Context, blob Blob) {
	b.wg.Add(1)
	defer b.wg.Done()
	if err := b.reg.Put(ctx, blob); err != nil {
		b.fail(err)
	}
}

// want-rule (b): upload calls wg.Add itself, after it has been started, so Wait may see a zero and return before it
func (b *Batch) UploadAll(ctx context.Context, blobs [4]Blob) error {
	for _, blob := range blobs {
		go b.upload(ctx, blob)
	}
	b.wg.Wait()
	return errors.Join(b.errs...)
}

// part of UploadAllOK: uploads one blob; the caller has counted it
func (b *Batch) uploadCounted(ctx context.Context, blob Blob) {
	defer b.wg.Done()
	if err := b.reg.Put(ctx, blob); err != nil {
		b.fail(err)
	}
}

// fine: wg.Add comes before the go statement
func (b *Batch) UploadAllOK(ctx context.Context, blobs [4]Blob) error {
	for _, blob := range blobs {
		b.wg.Add(1)
		go b.uploadCounted(ctx, blob)
	}
	b.wg.Wait()
	return errors.Join(b.errs...)
}
