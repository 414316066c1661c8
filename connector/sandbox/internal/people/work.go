package people

// titles are in English everywhere, except where a culture has its own word and the person uses it.
// The first ones are common.
var titles = []string{
	"Software Engineer", "Senior Software Engineer", "Staff Software Engineer", "Product Manager",
	"Data Scientist", "Nurse Practitioner", "Marketing Manager", "Teacher", "Account Executive",
	"Site Reliability Engineer", "Civil Engineer", "UX Designer", "Recruiter", "Financial Analyst",
	"Head of R&D", "VP, Sales & Marketing", "C++ Developer", "Research Fellow (Part-time)",
	"Lawyer: IP and Licensing", "Chef de Cuisine", "Supply Chain Planner", "Journalist",
	"Chief of Staff", "Machine Learning Engineer", "Technical Writer", "Architect",
	"Operations Lead", "Founder", "Customer Success Manager", "QA Engineer", "Translator",
	"Mechanical Engineer", "Economist", "Pharmacist", "Security Analyst", "Electrician",
	"Student", "Data Engineer", "Photographer", "Project Coordinator",
}

// companies are invented; some carry the characters that break query encoders.
var companies = []string{
	"Northwind Analytics", "Bluefin Robotics Co-op", "Copperleaf Bank", "R&D (Köln)",
	"Müller & Söhne GmbH", "O'Neill, Banks: Partners", "Tidewater Health", "Lantern Press",
	"Ferrum Steelworks", "Paper Crane Studio", "Halcyon Rail", "Juniper & Vale",
	"Greenfield Seeds", "Atlas Bridge Builders", "Quantum Orchard", "Sable Logistics",
	"Café Zoé", "Łódź Tramways", "Открытая Сеть", "青空商事", "한빛소프트랩", "شركة الأفق",
	"Kestrel Aerospace", "100% Wool Ltd.", "Driftwood Games", "Marigold Hospital",
	"Oxbow Insurance", "Polaris Shipping A/S", "Silverbirch Pharma", "Tern Island Energy",
	"Umbra Optics", "Vesper Hotels", "Wildrye Foods", "Zephyr Air", "Ironbridge Software",
	"Morrow & Daughters", "Cinder Block Media", "Harbour Light Trust", "Pebble School",
	"Fjordkraft Data",
}

// schools are invented.
var schools = []string{
	"Larkspur University", "Eastmoor Institute of Technology", "Universität am See",
	"École des Hauts Vents", "Universidad del Río Claro", "St. Bride's College",
	"Polytechnic of Velm", "北山大学", "Университет Северного Моста", "동산대학교",
	"جامعة الواحة", "Hollow Oak College of Art", "Academy of Sarn", "Institute of Marine Trades",
	"Universidade da Serra Azul", "Riverbend State University",
}

// skills end some headlines.
var skills = []string{
	"distributed systems", "people first", "Go & SQL", "she/her", "ex-founder", "open to work 🌱",
	"public speaking", "opinions are my own", "\"always learning\"", "climate, energy, policy",
}

// Local words for some titles.
const (
	titlesGerman = `
		Software Engineer = Softwareentwicklerin
		Product Manager = Produktmanager
		Teacher = Lehrer
		Architect = Architektin
		Student = Studentin`
	titlesFrench = `
		Software Engineer = Ingénieure logiciel
		Teacher = Enseignant
		Lawyer: IP and Licensing = Avocate : propriété intellectuelle
		Student = Étudiant`
	titlesSpanish = `
		Software Engineer = Ingeniero de software
		Teacher = Maestra
		Journalist = Periodista
		Student = Estudiante`
	titlesRussian = `
		Software Engineer = Инженер-программист
		Teacher = Учитель
		Architect = Архитектор`
	titlesArabic = `
		Software Engineer = مهندس برمجيات
		Teacher = معلّمة
		Pharmacist = صيدلانية`
	titlesChinese = `
		Software Engineer = 软件工程师
		Product Manager = 产品经理
		Teacher = 教师`
	titlesJapanese = `
		Software Engineer = ソフトウェアエンジニア
		Product Manager = プロダクトマネージャー
		Student = 学生`
	titlesKorean = `
		Software Engineer = 소프트웨어 엔지니어
		Data Scientist = 데이터 과학자
		Teacher = 교사`
)
