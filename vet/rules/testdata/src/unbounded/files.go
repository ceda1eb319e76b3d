package unbounded

import (
	"context"
	"database/sql"
	"encoding/gob"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// For each file of a tree.

func hashAll(ctx context.Context, root string) error {
	g, ctx := errgroup.WithContext(ctx)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		g.Go(func() error { return work(path) }) // want `a goroutine for each file of a tree`
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	return g.Wait()
}

func hashFS(fsys fs.FS) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	return fs.WalkDir(fsys, ".", func(path string, _ fs.DirEntry, err error) error {
		wg.Go(func() { _ = work(path) }) // want `a goroutine for each file of a tree`
		return err
	})
}

func hashSome(ctx context.Context, root string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		g.Go(func() error { return work(path) })
		return err
	})
	if err != nil {
		return err
	}
	return g.Wait()
}

func hashInTurn(ctx context.Context, root string, sem *semaphore.Weighted) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	return filepath.Walk(root, func(path string, _ fs.FileInfo, err error) error {
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		wg.Go(func() {
			defer sem.Release(1)
			_ = work(path)
		})
		return err
	})
}

func hashOnce(root string) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	seen := map[string]bool{}
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		known := seen[filepath.Ext(path)]
		if !known {
			seen[filepath.Ext(path)] = true
			wg.Go(func() { _ = work(filepath.Ext(path)) })
		}
		return err
	})
}

func hashCollected(root string) (paths []string, err error) {
	err = filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	return paths, err
}

// A limit that is as large as the list is none.

func asMany(w http.ResponseWriter, r *http.Request) error {
	ids := r.URL.Query()["id"]
	var g errgroup.Group
	n := len(ids)
	g.SetLimit(n)
	for _, id := range ids {
		g.Go(func() error { return work(id) }) // want `element of what comes from outside`
	}
	return braid.Each(r.Context(), ids, byID, braid.Limit(len(ids))) // want `what comes from outside`
}

func asManyBody(w http.ResponseWriter, r *http.Request) error {
	ids := r.URL.Query()["id"]
	return braid.Run(r.Context(), func(ctx context.Context, g *braid.Group) error {
		for _, id := range ids {
			g.Go(func(ctx context.Context) error { return byID(ctx, id) }) // want `element of what comes from outside`
		}
		return nil
	}, braid.Limit(len(ids)))
}

func asManyAsOthers(w http.ResponseWriter, r *http.Request, hosts []string) error {
	var g errgroup.Group
	g.SetLimit(len(hosts))
	for _, id := range r.URL.Query()["id"] {
		g.Go(func() error { return work(id) })
	}
	return g.Wait()
}

// Lists of rows.

func members(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT name FROM members")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if err := braid.Each(ctx, names, byID, braid.Limit(4)); err != nil {
		return nil, err
	}
	return names, braid.Each(ctx, names, byID) // want `a task for each row of a query`
}

func newest(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT name FROM members ORDER BY joined LIMIT 10")
	if err != nil {
		return err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		names = append(names, name)
	}
	return braid.Each(ctx, names, byID)
}

// Records of a stream.

func records(r io.Reader) error {
	dec := json.NewDecoder(r)
	var g errgroup.Group
	for {
		var rec struct{ ID string }
		if err := dec.Decode(&rec); err != nil {
			break
		}
		g.Go(func() error { return work(rec.ID) }) // want `a goroutine for each record`
	}
	return g.Wait()
}

func recordsTogether(r io.Reader) error {
	dec := gob.NewDecoder(r)
	var ids []string
	for {
		var id string
		if err := dec.Decode(&id); err != nil {
			break
		}
		ids = append(ids, id)
	}
	var g errgroup.Group
	g.Go(func() error { return work(ids[0]) })
	return g.Wait()
}

// Lists that are no rows', or not all of them.

func more(ctx context.Context, ids []string, extra string) error {
	ids = append(ids, extra)
	return braid.Each(ctx, ids, byID)
}

const newestSQL = "SELECT name FROM members LIMIT 10"

func newestNamed(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, newestSQL)
	if err != nil {
		return err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		names = append(names, name)
	}
	return braid.Each(ctx, names, byID)
}

func batches(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT name FROM members")
	if err != nil {
		return err
	}
	defer rows.Close()
	batch := make([]string, 0, 10)
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if batch = append(batch, name); len(batch) == cap(batch) {
			if err := braid.Each(ctx, batch, byID); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return braid.Each(ctx, batch, byID)
}

// Walks whose tasks are few, or waited for there.

func hashPairs(root string) error {
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		var g errgroup.Group
		g.Go(func() error { return work(path) })
		g.Go(func() error { return work(path + ".sum") })
		return g.Wait()
	})
}

func upload(root string, put func(string, io.Reader) error, write func(io.Writer) error) error {
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		r, w := io.Pipe()
		go func() { w.CloseWithError(write(w)) }()
		return put(path, r)
	})
}

func findOne(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if d.Name() == "go.mod" {
			go work(path)
			return filepath.SkipAll
		}
		return err
	})
}
