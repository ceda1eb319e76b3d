package main

import (
	"context"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"
	_ "image/jpeg"
	"image/png"
	"os"
	"path/filepath"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
)

// This file has the task, which any worker can do, and what it takes: it may be
// done again if a worker dies, and doing it twice does no harm.

// Picture is what is to be made small.
type Picture struct {
	From, To string // files, which every worker has to see
	Size     int    // of the longer side, in pixels
}

// Made is what came of it.
type Made struct{ Width, Height, Bytes int }

var shrink = engine.Define("thumbnails.shrink", func(ctx context.Context, p Picture) (Made, error) {
	src, err := read(p.From)
	if err != nil {
		return Made{}, err
	}
	small, err := scale(ctx, src, p.Size)
	if err != nil {
		return Made{}, err
	}
	bytes, err := write(p.To, small)
	return Made{small.Rect.Dx(), small.Rect.Dy(), bytes}, err
})

// pictures lists the work.
func pictures(from, to string, size int) (jobs []Picture, err error) {
	if from, err = filepath.Abs(from); err != nil {
		return nil, err
	}
	if to, err = filepath.Abs(to); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch filepath.Ext(e.Name()) {
		case ".png", ".jpg", ".jpeg", ".gif":
			jobs = append(jobs, Picture{filepath.Join(from, e.Name()), filepath.Join(to, e.Name()+".png"), size})
		}
	}
	return jobs, nil
}

func read(file string) (image.Image, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, _, err := image.Decode(f)
	return src, err
}

// scale makes each pixel the mean of those that it stands for. It looks at its
// context once a row, so that a cancel does not wait for a large picture.
func scale(ctx context.Context, src image.Image, size int) (*image.RGBA, error) {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if w == 0 || h == 0 {
		return nil, fmt.Errorf("the picture is empty")
	}
	longer := max(w, h)
	size = min(size, longer)
	dst := image.NewRGBA(image.Rect(0, 0, max(1, w*size/longer), max(1, h*size/longer)))
	dw, dh := dst.Rect.Dx(), dst.Rect.Dy()
	for y := range dh {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for x := range dw {
			var r, g, bl, a, n uint64
			for sy := y * h / dh; sy < max(y*h/dh+1, (y+1)*h/dh); sy++ {
				for sx := x * w / dw; sx < max(x*w/dw+1, (x+1)*w/dw); sx++ {
					cr, cg, cb, ca := src.At(b.Min.X+sx, b.Min.Y+sy).RGBA()
					r, g, bl, a, n = r+uint64(cr), g+uint64(cg), bl+uint64(cb), a+uint64(ca), n+1
				}
			}
			dst.SetRGBA(x, y, color.RGBA{uint8(r / n >> 8), uint8(g / n >> 8), uint8(bl / n >> 8), uint8(a / n >> 8)})
		}
	}
	return dst, nil
}

// write leaves a whole file or none, also if the worker dies meanwhile.
func write(file string, img image.Image) (bytes int, err error) {
	f, err := os.CreateTemp(filepath.Dir(file), ".thumbnail-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	err = png.Encode(f, img)
	if info, serr := f.Stat(); serr == nil {
		bytes = int(info.Size())
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return 0, err
	}
	return bytes, os.Rename(f.Name(), file)
}

// paint makes n pictures to begin with, the last of which is none.
func paint(ctx context.Context, dir string, n int) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	names := make([]int, n)
	for i := range names {
		names[i] = i
	}
	return braid.Each(ctx, names, func(_ context.Context, i int) error {
		file := filepath.Join(dir, fmt.Sprintf("picture-%04d.png", i))
		if i == n-1 {
			return os.WriteFile(file, []byte("this is no picture"), 0o666)
		}
		img := image.NewRGBA(image.Rect(0, 0, 640, 480))
		for y := range 480 {
			for x := range 640 {
				img.SetRGBA(x, y, color.RGBA{uint8(x * (i + 1) / 3), uint8(y * (i + 2) / 5), uint8((x ^ y) + i), 255})
			}
		}
		_, err := write(file, img)
		return err
	})
}
