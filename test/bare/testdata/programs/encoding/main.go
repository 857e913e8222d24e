// Encoding: a value through JSON, gob, XML and base64, and back.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"reflect"
)

type island struct {
	Name  string   `json:"name" xml:"name,attr"`
	Area  float64  `json:"area"`
	Birds []string `json:"birds,omitempty" xml:"bird"`
}

func main() {
	rock := island{"Rockall", 784.3, []string{"gannet", "guillemot"}}
	var a, b, c island
	text, err := json.Marshal(rock)
	fmt.Println(string(text), err, json.Unmarshal(text, &a), reflect.DeepEqual(a, rock))
	text, err = xml.Marshal(rock)
	fmt.Println(string(text), err, xml.Unmarshal(text, &b), reflect.DeepEqual(b, rock))
	var buffer bytes.Buffer
	err = gob.NewEncoder(&buffer).Encode(rock)
	fmt.Println(base64.StdEncoding.EncodeToString(buffer.Bytes()), err)
	fmt.Println(gob.NewDecoder(&buffer).Decode(&c), reflect.DeepEqual(c, rock))
}
