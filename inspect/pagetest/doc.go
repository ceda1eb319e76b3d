// Package pagetest tests the page of package inspect in a browser. It is a module
// of its own, since it drives one with chromedp.
//
// Its tests are skipped where no Chromium is found, unless BRAID_BROWSER names one
// or CI is true: then they fail. With BRAID_SHOTS=DIR they leave pictures of the
// page there.
package pagetest
