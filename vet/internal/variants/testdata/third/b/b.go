// Package b holds work that nobody waits for.
package b

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

type event struct {
	User, Verb string
	At         time.Time
}

type auditLog interface {
	Record(ctx context.Context, ev event) error
}

type orderAPI struct {
	audit auditLog
	group *braid.Group
}

func newOrderAPI(ctx context.Context, audit auditLog) *orderAPI {
	g, _ := braid.Open(ctx, braid.Name("orders"))
	return &orderAPI{audit: audit, group: g}
}

func (h *orderAPI) Close() error { return h.group.Close() }

// want-rule (b): bare go with the request's context, which dies with the handler
func (h *orderAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	ev := event{User: r.Header.Get("X-User"), Verb: "order.create", At: time.Now()}
	go h.audit.Record(r.Context(), ev)
	w.WriteHeader(http.StatusAccepted)
}

// fine: the work goes to the group that the API owns and closes
func (h *orderAPI) ServeHTTPOK(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	ev := event{User: r.Header.Get("X-User"), Verb: "order.create", At: time.Now()}
	err := h.group.TryGo(func(ctx context.Context) error { return h.audit.Record(ctx, ev) })
	if err != nil {
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

type shardStore interface {
	Load(ctx context.Context, shard string) error
	Warm(ctx context.Context, shard string) error
}

// want-rule (b): a task of the pool starts a goroutine that the pool does not know
func openShards(ctx context.Context, st shardStore, shards ...string) error {
	p := pool.New().WithMaxGoroutines(4).WithContext(ctx).WithCancelOnError()
	for _, name := range shards {
		p.Go(func(ctx context.Context) error {
			if err := st.Load(ctx, name); err != nil {
				return err
			}
			go func() {
				_ = st.Warm(ctx, name)
			}()
			return nil
		})
	}
	return p.Wait()
}

// fine: the task does the warming itself
func openShardsOK(ctx context.Context, st shardStore, shards ...string) error {
	p := pool.New().WithMaxGoroutines(4).WithContext(ctx).WithCancelOnError()
	for _, name := range shards {
		p.Go(func(ctx context.Context) error {
			if err := st.Load(ctx, name); err != nil {
				return err
			}
			return st.Warm(ctx, name)
		})
	}
	return p.Wait()
}

type peer interface{ Leave(id string) }

type member struct {
	id    string
	peers []peer
	serve func(ctx context.Context) error
}

func (m *member) sayGoodbye() {
	for _, p := range m.peers {
		p.Leave(m.id)
	}
}

// want-rule (b): the AfterFunc only starts another goroutine, which outlives everything
func (m *member) join(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		go m.sayGoodbye()
	})
	defer stop()
	return m.serve(ctx)
}

// fine: braid.AfterFunc runs the farewell itself and stop waits for it
func (m *member) joinOK(ctx context.Context) error {
	stop := braid.AfterFunc(ctx, m.sayGoodbye)
	defer stop()
	return m.serve(ctx)
}

type segment struct{ from, to int64 }

type blobReader interface {
	Size(ctx context.Context) (int64, error)
	ReadRange(ctx context.Context, s segment, dst []byte) error
}

// want-rule (b): the plausibility check returns while started downloads still write to dst
func downloadParts(ctx context.Context, blob blobReader, dst []byte, parts []segment) error {
	var wg sync.WaitGroup
	errs := make([]error, len(parts))
	for i, part := range parts {
		if part.to > int64(len(dst)) || part.from >= part.to {
			return fmt.Errorf("bad part %d: %+v", i, part)
		}
		wg.Go(func() {
			errs[i] = blob.ReadRange(ctx, part, dst[part.from:part.to])
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// fine: the deferred Wait is reached by the early return too
func downloadPartsOK(ctx context.Context, blob blobReader, dst []byte, parts []segment) error {
	errs := make([]error, len(parts))
	if err := func() error {
		var wg sync.WaitGroup
		defer wg.Wait()
		for i, part := range parts {
			if part.to > int64(len(dst)) || part.from >= part.to {
				return fmt.Errorf("bad part %d: %+v", i, part)
			}
			wg.Go(func() {
				errs[i] = blob.ReadRange(ctx, part, dst[part.from:part.to])
			})
		}
		return nil
	}(); err != nil {
		return errors.Join(append(errs, err)...)
	}
	return errors.Join(errs...)
}

type quote struct {
	Price int64
	Venue string
}

type venue interface {
	Quote(ctx context.Context, sym string) (quote, error)
}

// want-rule (b): the errgroup is started and never waited for, the select leaves it behind
func quickQuote(ctx context.Context, sym string, fast, slow venue) (quote, error) {
	answers := make(chan quote, 2)
	g, gctx := errgroup.WithContext(ctx)
	for _, v := range [...]venue{fast, slow} {
		g.Go(func() error {
			q, err := v.Quote(gctx, sym)
			if err != nil {
				return err
			}
			answers <- q
			return nil
		})
	}
	select {
	case q := <-answers:
		return q, nil
	case <-gctx.Done():
		return quote{}, context.Cause(gctx)
	}
}

var errAnswered = errors.New("answered")

// fine: the first answer ends the group by a sentinel error, and Wait joins both tasks
func quickQuoteOK(ctx context.Context, sym string, fast, slow venue) (quote, error) {
	answers := make(chan quote, 2)
	g, gctx := errgroup.WithContext(ctx)
	for _, v := range [...]venue{fast, slow} {
		g.Go(func() error {
			q, err := v.Quote(gctx, sym)
			if err != nil {
				return err
			}
			answers <- q
			return errAnswered
		})
	}
	err := g.Wait()
	select {
	case q := <-answers:
		return q, nil
	default:
		return quote{}, err
	}
}

type resolver func(ctx context.Context, host string) (netip.Addr, error)

type lookupResult struct {
	addr netip.Addr
	err  error
}

// want-rule (b): all but the first resolver hang in their send for ever
func (r resolverSet) first(ctx context.Context, host string) (netip.Addr, error) {
	results := make(chan lookupResult)
	for _, resolve := range r {
		go func() {
			addr, err := resolve(ctx, host)
			results <- lookupResult{addr, err}
		}()
	}
	select {
	case res := <-results:
		return res.addr, res.err
	case <-ctx.Done():
		return netip.Addr{}, ctx.Err()
	}
}

type resolverSet []resolver

// fine: room for every answer, and the losers are cancelled and waited for
func (r resolverSet) firstOK(ctx context.Context, host string) (netip.Addr, error) {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan lookupResult, len(r))
	for _, resolve := range r {
		wg.Go(func() {
			addr, err := resolve(ctx, host)
			results <- lookupResult{addr, err}
		})
	}
	select {
	case res := <-results:
		return res.addr, res.err
	case <-ctx.Done():
		return netip.Addr{}, ctx.Err()
	}
}

type node struct {
	size     int64
	children []*node
}

type treeSizer struct {
	wg    sync.WaitGroup
	total atomic.Int64
}

func treeSize(root *node) int64 {
	var t treeSizer
	t.visit(root)
	t.wg.Wait()
	return t.total.Load()
}

func treeSizeCounted(root *node) int64 {
	var t treeSizer
	t.wg.Add(1)
	t.visitOK(root)
	t.wg.Wait()
	return t.total.Load()
}

// want-rule (b): Add runs in the new goroutine, Wait may have returned by then
func (t *treeSizer) visit(n *node) {
	t.wg.Add(1)
	defer t.wg.Done()
	t.total.Add(n.size)
	for _, c := range n.children {
		if len(c.children) == 0 {
			t.total.Add(c.size)
			continue
		}
		go t.visit(c)
	}
}

// fine: Add runs before the go statement, the goroutine only calls Done
func (t *treeSizer) visitOK(n *node) {
	defer t.wg.Done()
	t.total.Add(n.size)
	for _, c := range n.children {
		if len(c.children) == 0 {
			t.total.Add(c.size)
			continue
		}
		t.wg.Add(1)
		go t.visitOK(c)
	}
}

type batch struct {
	id   int
	rows [][]string
}

// want-rule (b): the closure in the variable does the Add when it is already running
func loadBatches(batches []batch, insert func(batch) error) error {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	load := func(b batch) {
		wg.Add(1)
		defer wg.Done()
		if err := insert(b); err != nil {
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, fmt.Errorf("batch %d: %w", b.id, err))
		}
	}
	for _, b := range batches {
		go load(b)
	}
	wg.Wait()
	return errors.Join(errs...)
}

// fine: wg.Go counts before it starts
func loadBatchesOK(batches []batch, insert func(batch) error) error {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	load := func(b batch) {
		if err := insert(b); err != nil {
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, fmt.Errorf("batch %d: %w", b.id, err))
		}
	}
	for _, b := range batches {
		wg.Go(func() { load(b) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

type thumbnailer interface {
	Render(ctx context.Context, path string) error
}

// want-rule (b): if every worker has returned its error the producer blocks in its send for ever
func renderAll(ctx context.Context, th thumbnailer, workers int, files iter.Seq[string]) error {
	paths := make(chan string)
	g, ctx := errgroup.WithContext(ctx)
	for range workers {
		g.Go(func() error {
			for p := range paths {
				if err := th.Render(ctx, p); err != nil {
					return fmt.Errorf("render %s: %w", p, err)
				}
			}
			return nil
		})
	}
	for f := range files {
		paths <- f
	}
	close(paths)
	return g.Wait()
}

// fine: the producer's select sees the death of the group, and it always closes the channel
func renderAllOK(ctx context.Context, th thumbnailer, workers int, files iter.Seq[string]) error {
	paths := make(chan string)
	g, ctx := errgroup.WithContext(ctx)
	for range workers {
		g.Go(func() error {
			for p := range paths {
				if err := th.Render(ctx, p); err != nil {
					return fmt.Errorf("render %s: %w", p, err)
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(paths)
		for f := range files {
			select {
			case paths <- f:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return g.Wait()
}

var errTooSlow = errors.New("too slow")

// want-rule (b): after the timeout nobody receives, so the goroutine hangs in its send
func within[T any](ctx context.Context, d time.Duration, compute func(context.Context) T) (v T, err error) {
	done := make(chan T)
	go func() {
		done <- compute(ctx)
	}()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case v = <-done:
		return v, nil
	case <-timer.C:
		return v, errTooSlow
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
}

// fine: the call is made on this goroutine under a deadline
func withinOK[T any](ctx context.Context, d time.Duration, compute func(context.Context) T) (v T, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, d, errTooSlow)
	defer cancel()
	v = compute(ctx)
	if ctx.Err() != nil {
		return v, context.Cause(ctx)
	}
	return v, nil
}

type portScan struct {
	conc.WaitGroup
	mu   sync.Mutex
	open []uint16
}

type prober interface {
	Probe(ctx context.Context, ap netip.AddrPort) bool
}

func (s *portScan) try(ctx context.Context, pr prober, ap netip.AddrPort) {
	if pr.Probe(ctx, ap) {
		s.mu.Lock()
		s.open = append(s.open, ap.Port())
		s.mu.Unlock()
	}
}

// want-rule (b): the embedded WaitGroup is never waited for, the list is read while probes run
func openPorts(ctx context.Context, pr prober, host netip.Addr, ports [16]uint16) []uint16 {
	scan := new(portScan)
	for _, port := range ports {
		ap := netip.AddrPortFrom(host, port)
		scan.Go(func() { scan.try(ctx, pr, ap) })
	}
	scan.mu.Lock()
	defer scan.mu.Unlock()
	return scan.open
}

// fine: the promoted Wait comes before the list is read
func openPortsOK(ctx context.Context, pr prober, host netip.Addr, ports [16]uint16) []uint16 {
	scan := new(portScan)
	for _, port := range ports {
		ap := netip.AddrPortFrom(host, port)
		scan.Go(func() { scan.try(ctx, pr, ap) })
	}
	scan.Wait()
	return scan.open
}

// want-rule (b): a consumer that breaks out of its loop leaves the reader goroutine hanging in its send
func decodedLines(r io.Reader, key byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		lines := make(chan []byte)
		go func() {
			defer close(lines)
			for sc := bufio.NewScanner(r); sc.Scan(); {
				lines <- bytes.Clone(sc.Bytes())
			}
		}()
		for line := range lines {
			for i := range line {
				line[i] ^= key
			}
			if !yield(line) {
				return
			}
		}
	}
}

// fine: no goroutine is needed, the reader runs in the iterator
func decodedLinesOK(r io.Reader, key byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for sc := bufio.NewScanner(r); sc.Scan(); {
			line := bytes.Clone(sc.Bytes())
			for i := range line {
				line[i] ^= key
			}
			if !yield(line) {
				return
			}
		}
	}
}
