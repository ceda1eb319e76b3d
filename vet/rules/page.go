// Pages: a rule's words as Markdown.

package rules

import (
	"fmt"
	"strings"
)

// Page gives the rule's page of documentation.
func (r *Rule) Page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n%s\n\n", r.Name, r.Title, strings.TrimSpace(r.Why))
	wrong, right := "Wrong", "Right"
	if r.Migration {
		wrong, right = "Before", "After"
	}
	fmt.Fprintf(&b, "## %s\n\n```go\n%s\n```\n\n", wrong, strings.TrimSpace(r.Wrong))
	fmt.Fprintf(&b, "## %s\n\n```go\n%s\n```\n\n", right, strings.TrimSpace(r.Right))
	b.WriteString("## Shapes\n\n| shape | severity | by default | what |\n|---|---|---|---|\n")
	for _, s := range r.Shapes {
		on := "on"
		if s.Off {
			on = "off"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.Name, s.Severity, on, strings.ReplaceAll(s.What, "|", `\|`))
	}
	fmt.Fprintf(&b, "\n`-%[1]s.shapes=a,-b` switches shapes: it finds a, which is off by default, and not b.\n", r.Name)
	fmt.Fprintf(&b, "\n## Exempt\n\n%s\n\n", strings.TrimSpace(r.Exempt))
	fmt.Fprintf(&b, "Generated files are left alone, and tests unless `-%[1]s.tests` is given. "+
		"`//braid:ignore %[1]s REASON` silences the rule on its line, on the line below, or, in a doc comment, in the whole function", r.Name)
	if r.Detachable {
		b.WriteString("; `//braid:detached REASON` does too, for work that is meant to outlive its block")
	}
	b.WriteString(".\n")
	return b.String()
}
