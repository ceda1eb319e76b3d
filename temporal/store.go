package temporal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/braid-go/braid"
)

// This file keeps what is too much to be sent: lists of inputs and of results, in
// chunks. What a workflow passes around is a List, which only names them.

// A Store keeps bytes by key for all workers. It may be used from any goroutine.
type Store interface {
	// Put keeps data under key, in place of what may be there. Whoever gets the key
	// meanwhile gets the one or the other whole.
	Put(ctx context.Context, key string, data []byte) error
	// Get gives what is kept under key. If there is nothing, the error matches
	// fs.ErrNotExist.
	Get(ctx context.Context, key string) ([]byte, error)
}

// DirStore keeps each key as a file below dir, which it makes if need be: for one
// machine, or for several that share a file system. Keys are paths as io/fs has
// them, others are refused.
func DirStore(dir string) (Store, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	return dirStore(dir), nil
}

type dirStore string

func (d dirStore) path(op, key string) (string, error) {
	if !fs.ValidPath(key) || key == "." || !filepath.IsLocal(filepath.FromSlash(key)) {
		return "", &fs.PathError{Op: op, Path: key, Err: fs.ErrInvalid}
	}
	return filepath.Join(string(d), filepath.FromSlash(key)), nil
}

func (d dirStore) Put(ctx context.Context, key string, data []byte) error {
	path, err := d.path("put", key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".put-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func (d dirStore) Get(ctx context.Context, key string) ([]byte, error) {
	path, err := d.path("get", key)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// DefaultChunk is how many items [PutList] keeps together where it is told
// nothing else. What is kept together is also worked on together.
const DefaultChunk = 1000

// A List is any number of items in a [Store], of which it has only the key. It
// can be sent, and kept in workflows.
type List[T any] struct {
	Key   string `json:"key"`
	Len   int    `json:"len"`
	Chunk int    `json:"chunk"` // how many items are kept together
}

// PutList keeps items under key, chunk of them together, or [DefaultChunk] if
// that is zero, and gives their List. Of the items it holds no more than one chunk
// in memory. If ctx dies, or the store fails, the error says so, and what has
// been kept stays. It panics if ctx, s or items is nil, or chunk negative.
func PutList[T any](ctx context.Context, s Store, key string, chunk int, items iter.Seq[T]) (List[T], error) {
	switch {
	case ctx == nil || s == nil || items == nil:
		panic("braid: PutList called with a nil context, Store or sequence")
	case chunk < 0:
		panic("braid: PutList called with a negative chunk")
	case chunk == 0:
		chunk = DefaultChunk
	}
	l := List[T]{Key: key, Chunk: chunk}
	var part []T
	flush := func() error {
		data, err := json.Marshal(part)
		if err != nil {
			return fmt.Errorf("braid: the items of %s cannot be written as JSON: %w", key, err)
		}
		part = part[:0]
		return s.Put(ctx, chunkKey(key, (l.Len-1)/chunk), data)
	}
	for item := range items {
		if ctx.Err() != nil {
			return l, context.Cause(ctx)
		}
		part = append(part, item)
		if l.Len++; len(part) == chunk {
			if err := flush(); err != nil {
				return l, err
			}
		}
	}
	if len(part) > 0 {
		if err := flush(); err != nil {
			return l, err
		}
	}
	return l, nil
}

func chunkKey(key string, chunk int) string { return fmt.Sprintf("%s/%08d", key, chunk) }

// chunks is how many chunks n items are.
func chunks(n, size int) int { return (n + size - 1) / max(size, 1) }

// All gives the items in their order. It holds one chunk in memory. If the store
// fails, the last pair has the error. The list is read anew by each loop.
func (l List[T]) All(ctx context.Context, s Store) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for c := range chunks(l.Len, l.Chunk) {
			var items []T
			data, err := s.Get(ctx, chunkKey(l.Key, c))
			if err == nil {
				err = json.Unmarshal(data, &items)
			}
			if err != nil {
				var zero T
				yield(zero, fmt.Errorf("braid: chunk %d of %s: %w", c, l.Key, err))
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Settled is a [braid.Outcome] as it is kept in a [Store].
type Settled[T any] struct {
	Value T               `json:"value,omitzero"`
	Err   json.RawMessage `json:"err,omitempty"` // by EncodeError
	State braid.State     `json:"state"`
}

// Outcome gives it as an outcome. Should its error not be readable, that is the
// error.
func (s Settled[T]) Outcome() braid.Outcome[T] {
	o := braid.Outcome[T]{Value: s.Value, State: s.State}
	if s.Err != nil {
		err, failed := DecodeError(s.Err)
		if o.Err = err; failed != nil {
			o.Err = failed
		}
	}
	return o
}
