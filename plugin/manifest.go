package plugin

import "encoding/json"

// Manifest describes a connector as a file, manifest.json. Its top level has
// the shape of an MCP bundle's manifest, version 0.3; what is ours stands
// under _meta.
type Manifest struct {
	Schema          string                `json:"$schema,omitempty"`
	ManifestVersion string                `json:"manifest_version"` // "0.3"
	Name            string                `json:"name"`
	DisplayName     string                `json:"display_name,omitempty"`
	Version         string                `json:"version"`
	Description     string                `json:"description"`
	Author          ManifestAuthor        `json:"author"`
	License         string                `json:"license,omitempty"`
	Keywords        []string              `json:"keywords,omitempty"`
	PrivacyPolicies []string              `json:"privacy_policies,omitempty"`
	Server          ManifestServer        `json:"server"`
	Compatibility   ManifestCompatibility `json:"compatibility"`
	UserConfig      map[string]UserConfig `json:"user_config,omitempty"`
	Tools           []ManifestTool        `json:"tools"`
	Meta            ManifestMeta          `json:"_meta"`
}

// ManifestAuthor names who made the connector.
type ManifestAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// ManifestServer says how an MCP client would start the connector.
type ManifestServer struct {
	Type       string            `json:"type"` // "binary"
	EntryPoint string            `json:"entry_point"`
	MCPConfig  ManifestMCPConfig `json:"mcp_config"`
}

// ManifestMCPConfig is a command line.
type ManifestMCPConfig struct {
	Command string   `json:"command"`
	Args    []string `json:"args"`
}

// ManifestCompatibility says where the connector runs.
type ManifestCompatibility struct {
	Platforms []string `json:"platforms"`
}

// UserConfig is one setting, in the words of an MCP bundle.
type UserConfig struct {
	Type        string          `json:"type"` // string, number, boolean, directory or file
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Required    bool            `json:"required"`
	Sensitive   bool            `json:"sensitive,omitempty"`
	Default     json.RawMessage `json:"default,omitempty"`
}

// ManifestTool is one action, in the words of an MCP bundle.
type ManifestTool struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// ManifestMeta is the _meta of a manifest.
type ManifestMeta struct {
	Linkstep ManifestLinkstep `json:"dev.linkstep"`
}

// ManifestLinkstep is what a host needs to know beyond an MCP bundle.
type ManifestLinkstep struct {
	Protocol     ManifestRange    `json:"protocol"`
	Host         string           `json:"host"` // range of host versions, ">=0.1.0"
	Capabilities []string         `json:"capabilities,omitempty"`
	Auth         *Auth            `json:"auth,omitempty"`
	API          ManifestAPI      `json:"api"`
	ConfigSchema ManifestFile     `json:"config_schema"`
	Actions      []ManifestAction `json:"actions"`
	Artifacts    []Artifact       `json:"artifacts,omitempty"` // only in an installed copy
}

// ManifestRange is an inclusive range.
type ManifestRange struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// ManifestAPI names the vendor's API version that the connector asks for by default.
type ManifestAPI struct {
	Version string `json:"version"`
	Sunset  string `json:"sunset,omitempty"` // YYYY-MM-DD
}

// ManifestFile is a file with the checksum of its content.
type ManifestFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // lower-case hex
}

// ManifestAction is one action, without the text of its schemas.
type ManifestAction struct {
	Name       string       `json:"name"`
	Version    string       `json:"version"`
	Effect     ActionEffect `json:"effect"`
	Idempotent bool         `json:"idempotent"`
	Access     Access       `json:"access"`
	Input      ManifestFile `json:"input_schema"`
	Output     ManifestFile `json:"output_schema"`
	Scopes     [][]string   `json:"scopes,omitempty"`
	Products   []string     `json:"products,omitempty"`
	Cost       int          `json:"cost"`
	Data       Data         `json:"data"`
	ErrorKinds []Kind       `json:"error_kinds"`
}

// Artifact is a plugin binary for one platform.
type Artifact struct {
	OS     string `json:"os"`   // as GOOS
	Arch   string `json:"arch"` // as GOARCH
	Path   string `json:"path"` // relative to the manifest
	SHA256 string `json:"sha256"`
}
