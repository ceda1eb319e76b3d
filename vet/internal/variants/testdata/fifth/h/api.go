package h

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// want-rule (h): the request that cannot be made and the one that fails leave without cancel
func (a *API) GetJSON(ctx context.Context, path string, v any) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+path, nil)
	if err != nil {
		return err
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer func() {
		resp.Body.Close()
		cancel()
	}()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(v)
}

// fine: cancel is deferred before anything can fail
func (a *API) GetJSONOK(ctx context.Context, path string, v any) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+path, nil)
	if err != nil {
		return err
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(v)
}

// want-rule (h): the helper gives out a context whose cancel is gone
func (a *API) Delete(ctx context.Context, id string) error {
	req, err := http.NewRequestWithContext(a.callContext(ctx), http.MethodDelete, a.base+"/items/"+id, nil)
	if err != nil {
		return err
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("delete %s: %s", id, resp.Status)
	}
	return nil
}

// part of Delete: bounds the call by the client's timeout and drops the cancel function
func (a *API) callContext(ctx context.Context) context.Context {
	ctx, _ = context.WithDeadline(ctx, time.Now().Add(a.timeout))
	return ctx
}

// fine: the helper gives the cancel function out with the context, and the caller defers it
func (a *API) DeleteOK(ctx context.Context, id string) error {
	ctx, cancel := a.withTimeout(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, a.base+"/items/"+id, nil)
	if err != nil {
		return err
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("delete %s: %s", id, resp.Status)
	}
	return nil
}

// part of DeleteOK: bounds the call by the client's timeout; the caller cancels
func (a *API) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, time.Now().Add(a.timeout))
}
