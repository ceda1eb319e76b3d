package g

import (
	"context"
	"io"
	"net/http"

	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): the goroutine that closes the channel throws the group's error away, and part of the documents passes for all
func CollectDocuments(ctx context.Context, client *http.Client, urls []string) ([]document, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	out := make(chan document, len(urls))
	for _, u := range urls {
		g.Go(func() error {
			d, err := fetch(ctx, client, u)
			if err != nil {
				return err
			}
			out <- d
			return nil
		})
	}
	go func() {
		g.Wait()
		close(out)
	}()

	docs := make([]document, 0, len(urls))
	for d := range out {
		docs = append(docs, d)
	}
	return docs, nil
}

// fine: the goroutine waits to close the channel only; the error is had from a second Wait after the loop
func CollectDocumentsOK(ctx context.Context, client *http.Client, urls []string) ([]document, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	out := make(chan document, len(urls))
	for _, u := range urls {
		g.Go(func() error {
			d, err := fetch(ctx, client, u)
			if err != nil {
				return err
			}
			out <- d
			return nil
		})
	}
	go func() {
		g.Wait()
		close(out)
	}()

	docs := make([]document, 0, len(urls))
	for d := range out {
		docs = append(docs, d)
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return docs, nil
}

// want-rule (g): the second result of the pool's Wait is blank, and a report with holes is written
func ReportSizes(ctx context.Context, client *http.Client, urls []string, w io.Writer) error {
	p := pool.NewWithResults[document]().WithContext(ctx).WithMaxGoroutines(8)
	for _, u := range urls {
		p.Go(func(ctx context.Context) (document, error) {
			return fetch(ctx, client, u)
		})
	}
	docs, _ := p.Wait()
	return writeReport(w, docs)
}

// fine: no report is written unless all documents are there
func ReportSizesOK(ctx context.Context, client *http.Client, urls []string, w io.Writer) error {
	p := pool.NewWithResults[document]().WithContext(ctx).WithMaxGoroutines(8)
	for _, u := range urls {
		p.Go(func(ctx context.Context) (document, error) {
			return fetch(ctx, client, u)
		})
	}
	docs, err := p.Wait()
	if err != nil {
		return err
	}
	return writeReport(w, docs)
}
