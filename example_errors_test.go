package braid_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/braid-go/braid"
)

// nightly is what a job with several causes of trouble returns.
func nightly() error {
	_, missing := os.Open("/does/not/exist")
	return errors.Join(
		fmt.Errorf("backup: %w", missing),
		fmt.Errorf("upload: %w", io.ErrUnexpectedEOF),
		fmt.Errorf("cleanup: %w", &fs.PathError{Op: "remove", Path: "/tmp/x", Err: fs.ErrPermission}),
	)
}

func ExampleSplit() {
	files, others := braid.Split(nightly(), braid.As[*fs.PathError]())
	fmt.Println(files)
	fmt.Println("---")
	fmt.Println(others)
	// Output:
	// backup: open /does/not/exist: no such file or directory
	// cleanup: remove /tmp/x: permission denied
	// ---
	// upload: unexpected EOF
}

func ExampleSubgroup() {
	fmt.Println(braid.Subgroup(nightly(), braid.Is(fs.ErrPermission)))
	fmt.Println(braid.Subgroup(nightly(), braid.Is(io.EOF)) == nil)
	// Output:
	// cleanup: remove /tmp/x: permission denied
	// true
}

func ExampleLeaves() {
	n := 0
	for _, leaf := range braid.Leaves(nightly()) {
		n++
		fmt.Printf("%d. %v\n", n, leaf)
	}
	// Output:
	// 1. backup: open /does/not/exist: no such file or directory
	// 2. upload: unexpected EOF
	// 3. cleanup: remove /tmp/x: permission denied
}

func ExampleCatch() {
	err := braid.Catch(nightly(),
		braid.When(braid.Is(fs.ErrNotExist), func(err error) error {
			fmt.Println("nothing to do:", err)
			return nil // handled
		}),
		braid.On(func(err error, files []*fs.PathError) error {
			for _, f := range files {
				fmt.Println("look at", f.Path)
			}
			return err // stays where it was
		}),
	)
	fmt.Println("---")
	fmt.Println(err)
	// Output:
	// nothing to do: backup: open /does/not/exist: no such file or directory
	// look at /tmp/x
	// ---
	// upload: unexpected EOF
	// cleanup: remove /tmp/x: permission denied
}

func ExampleOn() {
	err := braid.Catch(nightly(), braid.On(func(err error, files []*fs.PathError) error {
		return fmt.Errorf("%d files in trouble, the first is %s", len(files), files[0].Path)
	}))
	fmt.Println(err)
	// Output:
	// 2 files in trouble, the first is /does/not/exist
	// upload: unexpected EOF
}

func ExampleWhen() {
	temporary := func(node error) bool { return node == io.ErrUnexpectedEOF }
	err := braid.Catch(nightly(),
		braid.When(temporary, func(err error) error {
			fmt.Println("will try again:", err)
			return nil
		}),
		braid.When(braid.As[*fs.PathError](), func(error) error { return nil }),
	)
	fmt.Println(err)
	// Output:
	// will try again: upload: unexpected EOF
	// <nil>
}

func ExampleAs() {
	timeouts := braid.As[interface{ Timeout() bool }]()
	for _, err := range []error{os.ErrDeadlineExceeded, io.EOF} {
		fmt.Println(timeouts(err))
	}
	// Output:
	// true
	// false
}

func ExampleIs() {
	missing := braid.Is(fs.ErrNotExist)
	mixed := errors.Join(fs.ErrNotExist, io.EOF)
	fmt.Println(errors.Is(mixed, fs.ErrNotExist)) // is it anywhere in the tree?
	fmt.Println(missing(mixed))                   // is it this very node?
	_, rest := braid.Split(mixed, missing)
	fmt.Println(rest)
	// Output:
	// true
	// false
	// EOF
}
