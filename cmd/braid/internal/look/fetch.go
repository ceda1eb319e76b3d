package look

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/braid-go/braid/inspect"
)

// This file asks a program once.

// most bounds an answer.
const most = 1 << 30

// Close lets go of connections that nobody uses.
func (t *Target) Close() { t.client.CloseIdleConnections() }

// errNone is the answer of a server that has nothing at that place.
var errNone = errors.New("no such place")

// get asks for name below the place where the tree is served. Which that is, it
// finds out with the first request.
func (t *Target) get(ctx context.Context, name string, query url.Values) (*http.Response, error) {
	for i, base := range t.bases {
		res, err := t.ask(ctx, base, name, query)
		if errors.Is(err, errNone) && i+1 < len(t.bases) {
			continue
		}
		if err == nil {
			t.bases = t.bases[i : i+1]
		}
		if errors.Is(err, errNone) {
			return nil, fmt.Errorf("%s answers, but has no tree there: mount inspect.Handler, or give the URL where it is mounted", t.Name)
		}
		return res, err
	}
	return nil, errNone
}

func (t *Target) ask(ctx context.Context, base, name string, query url.Values) (*http.Response, error) {
	link := base + name
	if len(query) > 0 {
		link += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, err
	}
	res, err := t.client.Do(req)
	if err != nil {
		return nil, t.explained(ctx, err)
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
	var told struct{ Error string }
	switch {
	case json.Unmarshal(text, &told) == nil && told.Error != "":
		return nil, errors.New(Line(told.Error))
	case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusMethodNotAllowed:
		return nil, errNone
	case res.StatusCode == http.StatusForbidden && !localName(req.URL.Hostname()):
		return nil, fmt.Errorf("%s does not answer to the name %s: give localhost or an address", t.Name, req.URL.Hostname())
	case res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden:
		return nil, fmt.Errorf("%s does not let us look (%s)", t.Name, res.Status)
	}
	return nil, fmt.Errorf("%s answers %s", t.Name, Line(res.Status))
}

func localName(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// A problem is an error in words, and what it comes from.
type problem struct{ text, cause error }

func (p problem) Error() string   { return p.text.Error() }
func (p problem) Unwrap() []error { return []error{p.text, p.cause} }

func (t *Target) explained(ctx context.Context, err error) error {
	return problem{t.explain(ctx, err), err}
}

// raw gives an answer as it is.
func (t *Target) raw(ctx context.Context, name string, query url.Values) ([]byte, error) {
	res, err := t.get(ctx, name, query)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return nil, t.explained(ctx, err)
	}
	return text, nil
}

// Tree gives the tree.
func (t *Target) Tree(ctx context.Context, query url.Values) (*inspect.Snapshot, error) {
	text, err := t.raw(ctx, "tree.json", query)
	if err != nil {
		return nil, err
	}
	return t.read(text)
}

// JSON gives the tree as the JSON that was told.
func (t *Target) JSON(ctx context.Context, query url.Values) ([]byte, error) {
	text, err := t.raw(ctx, "tree.json", query)
	if err != nil {
		return nil, err
	}
	if _, err := t.read(text); err != nil {
		return nil, err
	}
	return plainJSON(text), nil
}

// DOT gives the tree in the language of Graphviz.
func (t *Target) DOT(ctx context.Context, query url.Values) ([]byte, error) {
	text, err := t.raw(ctx, "tree.dot", query)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(text, []byte("digraph braid {\n")) {
		return nil, t.stranger()
	}
	return plainDOT(text), nil
}

func (t *Target) stranger() error {
	return fmt.Errorf("%s answers, but not with a tree of braid's: give the URL where inspect.Handler is mounted", t.Name)
}

// read reads a tree, of a version that is known.
func (t *Target) read(text []byte) (*inspect.Snapshot, error) {
	var version struct{ Version int }
	if err := json.Unmarshal(text, &version); err != nil || version.Version == 0 {
		return nil, t.stranger()
	}
	if err := t.known(version.Version); err != nil {
		return nil, err
	}
	s := new(inspect.Snapshot)
	err := json.Unmarshal(text, s)
	if err == nil {
		err = whole(s.Nodes, s.Recent)
	}
	if err != nil {
		return nil, fmt.Errorf("%s answers with a tree that cannot be read: %w", t.Name, err)
	}
	return s, nil
}

// readPatch reads a change of a tree.
func (t *Target) readPatch(text []byte) (*inspect.Patch, error) {
	p := new(inspect.Patch)
	err := json.Unmarshal(text, p)
	if err == nil {
		err = whole(p.Nodes, p.Recent)
	}
	if err != nil {
		return nil, fmt.Errorf("%s tells of a change that cannot be read: %w", t.Name, err)
	}
	return p, nil
}

// whole says what a tree lacks that every tree has.
func whole(nodes []*inspect.Node, recent []*inspect.Ended) error {
	for _, n := range nodes {
		switch {
		case n == nil:
			return errors.New("a node is null")
		case n.ID == "":
			return errors.New("a node has no id")
		}
	}
	if slices.Contains(recent, nil) {
		return errors.New("one that has ended is null")
	}
	return nil
}

func (t *Target) known(version int) error {
	if version == inspect.Version {
		return nil
	}
	return fmt.Errorf("%s tells its tree in version %d, and this braid knows version %d: install the braid of the program's version", t.Name, version, inspect.Version)
}

// About gives all there is to know of one node.
func (t *Target) About(ctx context.Context, id string) (*inspect.About, error) {
	a, _, err := t.about(ctx, id)
	return a, err
}

// AboutJSON gives it as the JSON that was told.
func (t *Target) AboutJSON(ctx context.Context, id string) ([]byte, error) {
	_, text, err := t.about(ctx, id)
	if err != nil {
		return nil, err
	}
	return plainJSON(text), nil
}

func (t *Target) about(ctx context.Context, id string) (*inspect.About, []byte, error) {
	text, err := t.raw(ctx, "node.json", url.Values{"id": {id}})
	if err != nil {
		return nil, nil, err
	}
	a := new(inspect.About)
	if err := json.Unmarshal(text, a); err != nil || a.Node == nil {
		return nil, nil, fmt.Errorf("%s answers, but not about a node of a tree", t.Name)
	}
	return a, text, t.known(a.Version)
}
