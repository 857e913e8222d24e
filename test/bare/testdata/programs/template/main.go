// Template: text and HTML templates over structs and maps.
package main

import (
	html "html/template"
	"os"
	text "text/template"
)

const table = `{{range $i, $c := .Cores}}{{printf "%2d" $i}} {{.Name | printf "%-8s"}} {{range .Peers}}<{{.}}>{{end}}
{{end}}{{with .Total}}total {{.}}{{else}}none{{end}}
`

type core struct {
	Name  string
	Peers []string
}

func main() {
	data := map[string]any{
		"Cores": []core{{"north", []string{"south", "a&b"}}, {"south", nil}, {"<east>", []string{"'"}}},
		"Total": 3,
	}
	if err := text.Must(text.New("").Parse(table)).Execute(os.Stdout, data); err != nil {
		panic(err)
	}
	if err := html.Must(html.New("").Parse(table)).Execute(os.Stdout, data); err != nil {
		panic(err)
	}
}
