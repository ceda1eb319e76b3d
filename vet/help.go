// Help: the list of rules, and each rule's page.

package vet

import (
	"fmt"
	"io"

	"github.com/braid-go/braid/vet/rules"
)

const usage = `%[1]s finds loose ends in Go code: goroutines that nobody waits for, waits that
no cancellation ends, errors that go nowhere.

	%[1]s [flags] [packages]
	%[1]s help RULE

The packages are those of the go command; without any it is the current folder's.
It has the findings of go vet too. Flags:

	-fix            mend what can be mended, and carry groups over to braid
	-diff           show what -fix would do, as a patch for git apply or patch -p1
	-json           print findings as a JSON array
	-sarif          print findings as SARIF 2.1.0, for code hosts
	-fail LEVEL     exit with 1 for findings of at least this severity: note (the
	                default), warning, error; or never
	-std=false      leave go vet's own analyzers out; with -fix, -std puts go fix's in
	-RULE           run this rule (these rules) alone; -RULE=false all others
	-RULE.tests     let the rule look at tests too
	-RULE.shapes L  switch shapes: "a,-b" finds a, which is off by default, and not b
	-all            find the noisy shapes too, which are off by default

and the go command's for builds: -C, -tags, -mod and so on. The status is 0 if
nothing was found, 1 if something was (with -diff, if there is a difference), 2 if the
code could not be checked. After -fix and -diff it is told what is left to decide.

A comment //braid:ignore RULE REASON, on the line or the one above or in a
function's doc comment, silences a rule; //braid:detached REASON is for work that is
meant to outlive its block.

`

func help(name string, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintf(stdout, usage, name)
		for _, r := range rules.All() {
			if r.Migration {
				continue
			}
			fmt.Fprintf(stdout, "%-12s %s\n", r.Name, r.Title)
		}
		fmt.Fprint(stdout, "\nWith -fix, or asked for by name:\n\n")
		for _, r := range rules.All() {
			if r.Migration {
				fmt.Fprintf(stdout, "%-12s %s\n", r.Name, r.Title)
			}
		}
		return statusClean
	}
	for i, arg := range args {
		r := rules.Named(arg)
		if r == nil {
			fmt.Fprintf(stderr, "%s: there is no rule %q; see %[1]s help (of go vet's own, go tool vet help %[2]s)\n", name, arg)
			return statusFailed
		}
		if i > 0 {
			fmt.Fprintln(stdout)
		}
		io.WriteString(stdout, r.Page())
	}
	return statusClean
}
