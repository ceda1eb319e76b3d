// Receivers that leave at an error that they have received, behind which nothing is sent.

package stranded

import (
	"bufio"
	"context"
	"errors"
	"io"
)

type line struct {
	text string
	err  error
}

func linesUntilError(r *bufio.Reader, show func(string)) {
	for range 10 {
		lines := make(chan line)
		go func() {
			for {
				text, err := r.ReadString('\n')
				lines <- line{text, err}
				if err != nil {
					break
				}
			}
		}()
		go func() {
			for {
				select {
				case got := <-lines:
					err := got.err
					show(got.text)
					if err != nil {
						return
					}
				}
			}
		}()
	}
}

func linesOrError(r *bufio.Reader, show func(string)) {
	lines := make(chan *line)
	go func() {
		for {
			text, err := r.ReadString('\n')
			if err != nil {
				lines <- &line{err: err}
				return
			}
			lines <- &line{text: text}
		}
	}()
	go func() {
		for got := range lines {
			if got.err != nil {
				return
			}
			show(got.text)
		}
	}()
}

func readInto(r *bufio.Reader, lines chan<- line) {
	for {
		var l line
		l.text, l.err = r.ReadString('\n')
		lines <- l
		if l.err != nil {
			return
		}
	}
}

func linesHanded(r *bufio.Reader, show func(string)) error {
	lines := make(chan line)
	go readInto(r, lines)
	for {
		got := <-lines
		if got.err != nil && !errors.Is(got.err, io.EOF) {
			return got.err
		}
		if errors.Is(got.err, io.EOF) {
			return nil
		}
		show(got.text)
	}
}

func linesAfterError(r *bufio.Reader, show func(string)) {
	lines := make(chan line)
	go func() {
		for {
			text, err := r.ReadString('\n')
			lines <- line{text, err} // want `all who receive from lines may have ended`
			if err == io.EOF {
				break
			}
		}
	}()
	go func() {
		for got := range lines {
			if got.err != nil {
				return
			}
			show(got.text)
		}
	}()
}

func linesOfAll(all []*bufio.Reader, show func(string)) {
	lines := make(chan line)
	for _, r := range all {
		go func() {
			for {
				text, err := r.ReadString('\n')
				lines <- line{text, err} // want `all who receive from lines may have ended`
				if err != nil {
					break
				}
			}
		}()
	}
	go func() {
		for got := range lines {
			if got.err != nil {
				return
			}
			show(got.text)
		}
	}()
}

func linesThatFail(r *bufio.Reader, show func(string) error) {
	lines := make(chan line)
	go func() {
		for {
			text, err := r.ReadString('\n')
			lines <- line{text, err} // want `all who receive from lines may have ended`
			if err != nil {
				break
			}
		}
	}()
	go func() {
		for got := range lines {
			if err := show(got.text); err != nil {
				return
			}
			if got.err != nil {
				return
			}
		}
	}()
}

func linesAndOneMore(r *bufio.Reader, show func(string)) {
	lines := make(chan line)
	go func() {
		for {
			text, err := r.ReadString('\n')
			lines <- line{text, err} // want `all who receive from lines may have ended`
			if err != nil {
				break
			}
		}
		lines <- line{text: "the end"}
	}()
	go func() {
		for got := range lines {
			if got.err != nil {
				return
			}
			show(got.text)
		}
	}()
}

func linesHandedByAll(all []*bufio.Reader, show func(string)) error {
	lines := make(chan line)
	for _, r := range all {
		go readIntoAll(r, lines)
	}
	for {
		got := <-lines
		if got.err != nil {
			return got.err
		}
		show(got.text)
	}
}

func readIntoAll(r *bufio.Reader, lines chan<- line) {
	for {
		var l line
		l.text, l.err = r.ReadString('\n')
		lines <- l // want `the receiver may leave at line`
		if l.err != nil {
			return
		}
	}
}

func linesWithContext(ctx context.Context, r *bufio.Reader, show func(string)) {
	lines := make(chan line)
	go func() {
		for got := range lines {
			if got.err != nil {
				return
			}
			show(got.text)
		}
	}()
	for {
		text, err := r.ReadString('\n')
		select {
		case lines <- line{text, err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

func linesWithContextAfterError(ctx context.Context, r *bufio.Reader, show func(string)) {
	lines := make(chan line)
	go func() {
		for got := range lines {
			if got.err != nil {
				return
			}
			show(got.text)
		}
	}()
	for {
		text, err := r.ReadString('\n')
		select {
		case lines <- line{text, err}: // want `all who receive from lines may have ended at an error`
		case <-ctx.Done():
			return
		}
		if text == "" {
			return
		}
	}
}
