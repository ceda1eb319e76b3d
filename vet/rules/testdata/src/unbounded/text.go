package unbounded

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"encoding/json"
	"io"
	"io/fs"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// Parts of a text that is had as a whole.

func hosts(ctx context.Context, name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	names := strings.Fields(strings.TrimSpace(string(text)))
	if err := braid.Each(ctx, names, byID); err != nil { // want `a task for each part of a text`
		return err
	}
	return braid.Each(ctx, names, byID, braid.Limit(4))
}

func printed(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "git", "ls-files").Output()
	if err != nil {
		return err
	}
	var g errgroup.Group
	for line := range bytes.SplitSeq(out, []byte("\n")) {
		g.Go(func() error { return work(string(line)) }) // want `a goroutine for each part of a text`
	}
	return g.Wait()
}

func posted(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	lines := bytes.Split(text, []byte("\n"))
	var wg sync.WaitGroup
	for i := range len(lines) {
		wg.Go(func() { _ = work(string(lines[i])) }) // want `a goroutine for each part of a text`
	}
	wg.Wait()
}

func table(r io.Reader) error {
	recs, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, rec := range recs {
		wg.Go(func() { _ = work(rec[0]) }) // want `a goroutine for each part of a text`
	}
	return nil
}

func collectedLines(r io.Reader) error {
	var names []string
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		names = append(names, lines.Text())
	}
	var g errgroup.Group
	for _, name := range names {
		g.Go(func() error { return work(name) }) // want `a goroutine for each part of a text`
	}
	return g.Wait()
}

func someLines(r io.Reader) error {
	var names []string
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "server "); ok {
			names = append(names, name)
		}
	}
	var g errgroup.Group
	for _, name := range names {
		g.Go(func() error { return work(name) })
	}
	return g.Wait()
}

func ownText(flag string) {
	text, _ := os.ReadFile("/etc/resolv.conf")
	for _, line := range strings.Split(string(text), "\n") {
		go work(line)
	}
	for name := range strings.SplitSeq(flag, ",") {
		go work(name)
	}
}

func textLimited(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) > 100 {
		return io.ErrShortBuffer
	}
	var g errgroup.Group
	for _, line := range lines {
		g.Go(func() error { return work(line) })
	}
	return g.Wait()
}

// Other loops that read.

func notScanned(r io.Reader) {
	lines := bufio.NewScanner(r)
	for {
		if !lines.Scan() {
			break
		}
		go work(lines.Text()) // want `a goroutine for each line`
	}
}

func scannedWhile(ctx context.Context, r io.Reader) {
	lines := bufio.NewScanner(r)
	for ctx.Err() == nil && lines.Scan() {
		go work(lines.Text()) // want `a goroutine for each line`
	}
}

func readAgain(r *bufio.Reader) {
	for line, err := r.ReadString('\n'); err == nil; line, err = r.ReadString('\n') {
		go work(line) // want `a goroutine for each line`
	}
}

// Archives.

func unzip(zr *zip.Reader) {
	var wg sync.WaitGroup
	for _, f := range zr.File {
		wg.Go(func() { _ = work(f.Name) }) // want `a goroutine for each file of an archive`
	}
	wg.Wait()
}

func untar(tr *tar.Reader) error {
	var g errgroup.Group
	for {
		hdr, err := tr.Next()
		if err != nil {
			return g.Wait()
		}
		g.Go(func() error { return work(hdr.Name) }) // want `a goroutine for each file of an archive`
	}
}

//go:embed text.go
var built []byte

func unzipBuilt() error {
	zr, err := zip.NewReader(bytes.NewReader(built), int64(len(built)))
	if err != nil {
		return err
	}
	var g errgroup.Group
	for _, f := range zr.File {
		g.Go(func() error { return work(f.Name) })
	}
	return g.Wait()
}

// Walks whose function has a name, and what a walk finds.

func walkNamed(root string) error {
	var g errgroup.Group
	visit := func(path string, d fs.DirEntry, err error) error {
		g.Go(func() error { return work(path) }) // want `a goroutine for each file of a tree`
		return err
	}
	if err := filepath.WalkDir(root, visit); err != nil {
		return err
	}
	return g.Wait()
}

type branches struct{ wg sync.WaitGroup }

func (t *branches) visit(path string, d fs.DirEntry, err error) error {
	t.wg.Go(func() { _ = work(path) }) // want `a goroutine for each file of a tree`
	return err
}

func (t *branches) walk(root string) error {
	defer t.wg.Wait()
	return filepath.WalkDir(root, t.visit)
}

func walkFirst(root string) error {
	var paths []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	var g errgroup.Group
	for _, path := range paths {
		g.Go(func() error { return work(path) }) // want `a goroutine for each file of a tree`
	}
	return g.Wait()
}

//go:embed *.go
var files embed.FS

func walkBuilt() error {
	var paths []string
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	if err != nil {
		return err
	}
	var g errgroup.Group
	for _, path := range paths {
		g.Go(func() error { return work(path) })
	}
	return g.Wait()
}

func walkNamedLimited(root string) error {
	var g errgroup.Group
	g.SetLimit(8)
	visit := func(path string, d fs.DirEntry, err error) error {
		g.Go(func() error { return work(path) })
		return err
	}
	if err := filepath.WalkDir(root, visit); err != nil {
		return err
	}
	return g.Wait()
}

// Pieces.

func pieces(w http.ResponseWriter, r *http.Request) error {
	var ids []string
	if err := json.NewDecoder(r.Body).Decode(&ids); err != nil {
		return err
	}
	var g errgroup.Group
	for piece := range slices.Chunk(ids, 10) {
		g.Go(func() error { return work(piece[0]) }) // want `element of what comes from outside`
	}
	for piece := range slices.Chunk(ids, (len(ids)+7)/8) {
		g.Go(func() error { return work(piece[0]) })
	}
	for _, id := range slices.Backward(ids) {
		g.Go(func() error { return work(id) }) // want `element of what comes from outside`
	}
	for i := 0; i < len(ids); i += 5 {
		g.Go(func() error { return work(ids[i]) }) // want `as long as what comes from outside`
	}
	return g.Wait()
}

// A limit that nobody comes to.

func asManyAsCanBe(r *bufio.Scanner) error {
	var g errgroup.Group
	g.SetLimit(math.MaxInt)
	for r.Scan() {
		g.Go(func() error { return work(r.Text()) }) // want `a goroutine for each line`
	}
	return g.Wait()
}

func asManyInARun(ctx context.Context, r *bufio.Scanner) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for r.Scan() {
			g.Go(func(ctx context.Context) error { return byID(ctx, r.Text()) }) // want `a goroutine for each line`
		}
		return nil
	}, braid.Limit(math.MaxInt32))
}

// Calls from elsewhere.

type (
	BatchRequest  struct{ IDs []string }
	BatchResponse struct{}
	service       struct{}
)

func (r *BatchRequest) GetIDs() []string { return r.IDs }

func (service) Batch(ctx context.Context, req *BatchRequest) (*BatchResponse, error) {
	var g errgroup.Group
	for _, id := range req.GetIDs() {
		g.Go(func() error { return work(id) }) // want `element of what comes from outside`
	}
	return &BatchResponse{}, braid.Each(ctx, req.IDs, byID) // want `what comes from outside`
}

func (service) batch(ctx context.Context, req *BatchRequest) (*BatchResponse, error) {
	return &BatchResponse{}, braid.Each(ctx, req.IDs, byID)
}

func (service) BatchOK(ctx context.Context, req *BatchRequest) (*BatchResponse, error) {
	if len(req.IDs) > 100 {
		return nil, io.ErrShortBuffer
	}
	return &BatchResponse{}, braid.Each(ctx, req.IDs, byID)
}
