package people

// asianCultures are the languages in Indic and Thai letters, and those that write the family name first.
func asianCultures() []culture {
	return []culture{
		{
			locale: "hi_IN",
			given:  names(`अनन्या/Ananya विक्रम/Vikram प्रियंका/Priyanka सिद्धार्थ/Siddharth मीनाक्षी/Meenakshi हर्षवर्धन/Harshvardhan ज्योति/Jyoti`),
			family: names(`श्रीवास्तव/Shrivastava चट्टोपाध्याय/Chattopadhyay कुलकर्णी/Kulkarni मेहरोत्रा/Mehrotra त्रिपाठी/Tripathi देशपांडे/Deshpande`),
			at:     "%t, %c",
		},
		{
			locale: "bn_IN",
			given:  names(`অনির্বাণ/Anirban শ্রেয়া/Shreya সৌরভ/Sourav মৌসুমী/Mousumi ঋতুপর্ণা/Rituparna`),
			family: names(`বন্দ্যোপাধ্যায়/Bandyopadhyay সেনগুপ্ত/Sengupta চক্রবর্তী/Chakraborty দাস/Das`),
		},
		{
			locale: "ta_IN",
			given:  names(`கவிதா/Kavitha முருகன்/Murugan தமிழ்ச்செல்வி/Thamizhselvi அருண்/Arun மீனா/Meena`),
			family: names(`சுப்பிரமணியன்/Subramanian இராமசாமி/Ramasamy வேலாயுதம்/Velayutham நடராஜன்/Natarajan`),
		},
		{
			locale: "th_TH",
			given:  names(`สมชาย/Somchai พิมพ์ชนก/Phimchanok ณัฐพล/Nattaphon กัญญารัตน์/Kanyarat ธีรเดช/Thiradet อรุณี/Arunee`),
			family: names(`ศรีสุวรรณ/Srisuwan วงศ์ประเสริฐ/Wongprasert จันทร์เพ็ญ/Chanphen บุญมี/Boonmee`),
			at:     "%t ที่ %c",
		},
		{
			locale:      "zh_CN",
			familyFirst: true,
			given:       names(`晓明/Xiaoming 雨桐/Yutong 建国/Jianguo 思琪/Siqi 浩然/Haoran 梓涵/Zihan 静/Jing 子轩/Zixuan`),
			family:      names(`王/Wang 欧阳/Ouyang 李/Li 司马/Sima 张/Zhang 諸葛/Zhuge 陈/Chen 赵/Zhao`),
			titles:      pairs(titlesChinese),
			at:          "%c %t",
		},
		{
			locale:      "zh_TW",
			familyFirst: true,
			given:       names(`雅婷/Yating 冠宇/Guanyu 怡君/Yijun 家豪/Jiahao 𠮷祥/Jixiang`),
			family:      names(`陳/Chen 林/Lin 黃/Huang 張簡/Zhangjian 吳/Wu`),
			at:          "%c %t",
		},
		{
			locale:      "ja_JP",
			familyFirst: true,
			given:       names(`さくら/Sakura 健太郎/Kentaro 美咲/Misaki ハルカ/Haruka 大輔/Daisuke 陽菜/Hina 蓮/Ren`),
			family:      names(`佐々木/Sasaki 髙橋/Takahashi 渡邉/Watanabe 小鳥遊/Takanashi 中村/Nakamura 齋藤/Saito`),
			titles:      pairs(titlesJapanese),
			at:          "%c %t",
		},
		{
			locale:      "ko_KR",
			familyFirst: true,
			given:       names(`서연/Seoyeon 민준/Minjun 하은/Haeun 지호/Jiho 예린/Yerin 도윤/Doyun 은별/Eunbyeol`),
			family:      names(`김/Kim 남궁/Namgung 박/Park 황보/Hwangbo 최/Choi 제갈/Jegal`),
			titles:      pairs(titlesKorean),
			at:          "%c %t",
		},
	}
}
