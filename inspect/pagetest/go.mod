module github.com/braid-go/braid/inspect/pagetest

go 1.26.0

require (
	github.com/braid-go/braid v0.0.0
	github.com/braid-go/braid/examples v0.0.0
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
)

require github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect

replace (
	github.com/braid-go/braid => ../../
	github.com/braid-go/braid/examples => ../../examples
	github.com/braid-go/braid/temporal => ../../temporal
)
