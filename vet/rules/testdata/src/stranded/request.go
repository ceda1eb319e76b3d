// Writers to a pipe that is the body of a request.

package stranded

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
)

type sheet struct{ w io.Writer }

func NewSheet(w io.Writer) *sheet       { return &sheet{w} }
func (s *sheet) Row(cells ...any) error { return json.NewEncoder(s.w).Encode(cells) }

func upload(ctx context.Context, to string, v any) (*http.Response, error) {
	pr, pw := io.Pipe()
	go func() { // want `without the request that pr is the body of: a write to pw would block for ever`
		pw.CloseWithError(json.NewEncoder(pw).Encode(v))
	}()
	req, err := http.NewRequestWithContext(ctx, "PUT", to+"/v", pr)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-V", "1")
	return http.DefaultClient.Do(req)
}

func uploadIf(to string, v any) error {
	pr, pw := io.Pipe()
	go func() { // want `without the request that pr is the body of`
		pw.CloseWithError(json.NewEncoder(pw).Encode(v))
	}()
	if req, err := http.NewRequest("PUT", to, pr); err == nil {
		_, err = http.DefaultClient.Do(req)
		return err
	}
	return io.ErrUnexpectedEOF
}

func uploadSheet(to string, rows []string) error {
	pr, pw := io.Pipe()
	s := NewSheet(pw)
	go func() { // want `without the request that pr is the body of`
		defer pw.Close()
		for _, row := range rows {
			s.Row(row)
		}
	}()
	req, err := http.NewRequest("PUT", to, pr)
	if err != nil {
		return err
	}
	_, err = http.DefaultClient.Do(req)
	return err
}

// The reader is closed where the request cannot be made.

func uploadClosed(to string, v any) error {
	pr, pw := io.Pipe()
	go func() {
		pw.CloseWithError(json.NewEncoder(pw).Encode(v))
	}()
	req, err := http.NewRequest("PUT", to, pr)
	if err != nil {
		pr.CloseWithError(err)
		return err
	}
	_, err = http.DefaultClient.Do(req)
	return err
}

func uploadDeferred(to string, v any) error {
	pr, pw := io.Pipe()
	defer pr.Close()
	go func() {
		pw.CloseWithError(json.NewEncoder(pw).Encode(v))
	}()
	req, err := http.NewRequest("PUT", to, pr)
	if err != nil {
		return err
	}
	_, err = http.DefaultClient.Do(req)
	return err
}

// The request is there before the goroutine, or its URL can be parsed.

func uploadLater(to string, v any) error {
	pr, pw := io.Pipe()
	req, err := http.NewRequest("PUT", to, pr)
	if err != nil {
		return err
	}
	go func() {
		pw.CloseWithError(json.NewEncoder(pw).Encode(v))
	}()
	_, err = http.DefaultClient.Do(req)
	return err
}

func uploadParsed(u *url.URL, v any) error {
	pr, pw := io.Pipe()
	go func() {
		pw.CloseWithError(json.NewEncoder(pw).Encode(v))
	}()
	req, err := http.NewRequest("PUT", u.String(), pr)
	if err != nil {
		return err
	}
	_, err = http.DefaultClient.Do(req)
	return err
}

func uploadConst(v any) error {
	pr, pw := io.Pipe()
	go func() {
		pw.CloseWithError(json.NewEncoder(pw).Encode(v))
	}()
	req, err := http.NewRequest("PUT", "http://localhost/v", pr)
	if err != nil {
		return err
	}
	_, err = http.DefaultClient.Do(req)
	return err
}

func uploadGiven(to string, v any) (req *http.Request, err error) {
	pr, pw := io.Pipe()
	go func() {
		pw.CloseWithError(json.NewEncoder(pw).Encode(v))
	}()
	return http.NewRequest("PUT", to, pr)
}
